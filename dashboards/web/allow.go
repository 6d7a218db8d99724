package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"hulian/dashboards/signin"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
)

// errBeyond is answered like an address that does not exist, and stands in the trail.
var errBeyond = fmt.Errorf("%w for this role", errNotFound)

// allowed refuses what the visitor may not do at a place.
func (s *server) allowed(r *http.Request, p visitor.Permission, at visitor.Place) error {
	if !signin.VisitorOf(r.Context()).May(p, at) {
		return errBeyond
	}
	return nil
}

// somewhere refuses what the visitor may do at no place of the town.
func (s *server) somewhere(r *http.Request, p visitor.Permission) error {
	who := signin.VisitorOf(r.Context())
	if !who.MayAnywhere(p) || !who.SeesUnit(s.Door.Here()) {
		return errBeyond
	}
	return nil
}

// done writes into the trail what the visitor has done, or tried and failed to do: err is what came of it, and comes back.
func (s *server) done(ctx context.Context, action trail.Action, object string, at visitor.Place, err error) error {
	outcome := trail.Done
	if err != nil {
		outcome = trail.Failed
	}
	// What was done is done, though the visitor may have gone meanwhile.
	return errors.Join(err, s.Door.Write(context.WithoutCancel(ctx), action, object, at, outcome))
}

// told writes into the trail that the visitor was refused what his role does not allow.
func (s *server) told(r *http.Request, err error) {
	if !errors.Is(err, errBeyond) {
		return
	}
	if err := s.Door.Write(context.WithoutCancel(r.Context()), trail.RequestedBeyond, r.Method+" "+r.URL.Path, s.Door.Here(), trail.Denied); err != nil {
		s.log(r.Context()).Error("a refusal does not stand in the audit trail", "error", err)
	}
}

// pseudonyms are those of a town, under the key that is kept beside the accounts.
func (s *server) pseudonyms(ctx context.Context, town string) (visitor.Pseudonyms, error) {
	if known, ok := s.names.Load(town); ok {
		return known.(visitor.Pseudonyms), nil
	}
	made, err := s.Door.Accounts.Pseudonyms(ctx, town)
	if err == nil {
		s.names.Store(town, made)
	}
	return made, err
}

// by is how what the visitor enters is signed.
func by(r *http.Request) string { return signin.VisitorOf(r.Context()).Author() }
