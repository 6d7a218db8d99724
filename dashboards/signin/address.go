package signin

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

// hostsOf are the names the server answers to. A page of another site that has its name point here, to be read as this
// server's own, sends its own name as the host.
func hostsOf(c Config) map[string]bool {
	all := map[string]bool{"localhost": true, "127.0.0.1": true, "::1": true}
	if c.Address != nil {
		all[hostname(c.Address.Host)] = true
	}
	for _, host := range c.Hosts {
		all[hostname(host)] = true
	}
	delete(all, "") // no Host is no name
	return all
}

// hostname is a Host without its port, as it is compared; empty where it is none.
func hostname(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	} else if strings.HasPrefix(host, "[") != strings.HasSuffix(host, "]") {
		return ""
	}
	return strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
}

// peerOf is the machine at the other end of the connection.
func peerOf(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return peer.Addr().Unmap().WithZone("")
}

func (d *Door) isProxy(a netip.Addr) bool {
	for _, p := range d.Proxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// clientOf is the address a request comes from. Headers are believed of named proxies alone, from the last entry backwards:
// everything before the last that no proxy of ours wrote can be made up.
func (d *Door) clientOf(r *http.Request) netip.Addr {
	client := peerOf(r)
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && d.isProxy(client); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		client = hop.Unmap().WithZone("")
	}
	return client
}

// FromProxy reports whether a request comes through a proxy that is named, so that its headers are believed.
func (d *Door) FromProxy(r *http.Request) bool { return d.isProxy(peerOf(r)) }

// OnThisMachine reports whether a request was made on the machine itself, through no proxy.
func (d *Door) OnThisMachine(r *http.Request) bool {
	for _, header := range []string{"X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Forwarded", "Via"} {
		if len(r.Header.Values(header)) > 0 {
			return false
		}
	}
	return peerOf(r).IsLoopback()
}

// Counted is an address as tries from it are counted: of IPv6 the network that one customer has.
func Counted(a netip.Addr) string {
	if a.Is6() && !a.IsLoopback() {
		if network, err := a.Prefix(64); err == nil {
			return network.Masked().String()
		}
	}
	return a.String()
}

// Tries of one address at signing in and at links: a full office after the lunch break passes, a program that guesses does not.
const (
	burst  = 20
	refill = 3 * time.Second // for one more
)
