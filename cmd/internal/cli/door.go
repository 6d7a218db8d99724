package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"hulian/cmd/internal/config"
	"hulian/dashboards/accounts"
	"hulian/dashboards/signin"
	"hulian/dashboards/sqlite"
	"hulian/dashboards/trail"
	"hulian/pipelines/publish"
)

// door opens the accounts of a town, and the door by which they come in. The caller closes the database when the server has
// ended.
func (p *program) door(ctx context.Context, c config.Config, reader *publish.Reader, log *slog.Logger) (*signin.Door, *sqlite.DB, error) {
	db, _, err := p.database(ctx, c, true)
	if err != nil {
		return nil, nil, err
	}
	store, err := accounts.Open(db, accounts.Options{})
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	d := signin.Config{Accounts: store, Trail: trail.Open(db), Town: (&townOf{reader: reader}).id, Hosts: c.AllowedHosts(), Proxies: c.Server.TrustedProxies(), TLS: c.Server.Certificate != "", Logger: log}
	if c.Server.Address != "" {
		if d.Address, err = url.Parse(c.Server.Address); err != nil {
			return nil, nil, errors.Join(err, db.Close())
		}
	}
	d.Provider = provider(c.Provider)
	door, err := signin.New(d)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return door, db, nil
}

// provider is the identity provider people may sign in by; nil: there is none.
func provider(c config.Provider) *signin.Provider {
	if c.Issuer == "" {
		return nil
	}
	p := &signin.Provider{Issuer: c.Issuer, ClientID: c.ClientID, Secret: c.Secret, Claim: c.Claim, Title: c.Title, GroupClaim: c.GroupClaim}
	for _, g := range c.Groups {
		p.Groups = append(p.Groups, signin.Group{Name: g.Name, Role: g.Role, Scope: g.Scope()})
	}
	return p
}

// townOf says which town is published, asked once a generation.
type townOf struct {
	reader *publish.Reader

	mu         sync.Mutex
	generation int
	town       string
	looked     time.Time // when the generation was last looked up
}

// townFor is how long the town is taken to be the same: every request asks for it several times, and looking up the generation
// reads a file.
const townFor = time.Second

const townSQL = `
select unit_id
from units
where level = 'town'
order by case when unit_id = (select cast(value as varchar) from snapshot_facts where key = 'town') then 0 else 1 end, village_id, unit_id
limit 1`

// id is the ID of the town; where the snapshot cannot be read, what it was before.
func (t *townOf) id() string {
	ctx := context.Background()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.town != "" && time.Since(t.looked) < townFor {
		return t.town
	}
	snapshot, generation, release, err := t.reader.Pin(ctx)
	if err != nil {
		return t.town
	}
	defer release()
	if t.town == "" || t.generation != generation.Number {
		if found, err := snapshot.Query(ctx, townSQL); err == nil && len(found.Rows) > 0 {
			t.town, t.generation = fmt.Sprint(found.Rows[0][0]), generation.Number
		}
	}
	t.looked = time.Now()
	return t.town
}

// offerSetUp writes the link by which the first administrator is made, where there is none. It opens on this machine alone.
func (p *program) offerSetUp(ctx context.Context, door *signin.Door, address string) error {
	token, err := door.Accounts.SetUpLink(ctx)
	if errors.Is(err, accounts.ErrSetUp) {
		return nil
	}
	if err != nil {
		return err
	}
	p.say("nobody administers hulian here yet. On this machine, once, within 30 minutes, open\n%ssetup/%s\nor run: hulian user add NAME --role administrator\n", onThisMachine(address), token)
	return nil
}

// onThisMachine is the address by which a browser on this machine reaches a server that listens on all of its addresses.
func onThisMachine(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && ip.IsUnspecified() {
		u.Host = net.JoinHostPort("localhost", u.Port())
	}
	return u.String()
}
