package facts

import (
	"maps"
	"strings"
	"sync"

	"golang.org/x/sync/singleflight"
)

// shared is what was read of one generation, for all pages and all who ask. What several want at the same moment is read once.
// The zero shared is empty; a nil one keeps nothing.
type shared struct {
	mu     sync.Mutex
	flight singleflight.Group
	known  map[seriesKey]map[string]map[string][]Value // by measure and unit
	kept   int                                         // values
	lists  map[string]any                              // slices of typed rows, by query
	listed int                                         // rows
	longer map[string]bool                             // lists that are not read as a whole, by what they list
}

type seriesKey struct {
	Scope
	restated bool
}

// keptValues bounds the memory: a value takes about 110 bytes, so that two million stay below 250 MB. When it is full it
// starts anew.
const keptValues = 2_000_000

// keptRows bounds the memory of lists: the longest row takes about 170 bytes, so that half a million stay below 90 MB.
const keptRows = 500_000

// perList is what a list counts beside its rows, so that lists without any are bounded too.
const perList = 10

// rows gives what a query gave before, or reads it; read says how many rows there are.
func (s *shared) rows(query string, read func() (any, int, error)) (any, error) {
	if s == nil {
		all, _, err := read()
		return all, err
	}
	if all, ok := s.list(query); ok {
		return all, nil
	}
	all, err, _ := s.flight.Do(query, func() (any, error) {
		if all, ok := s.list(query); ok { // another request has read it since
			return all, nil
		}
		all, n, err := read()
		if err != nil {
			return nil, err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		n += perList
		if s.listed += n; s.lists == nil || s.listed > keptRows {
			s.lists, s.listed = map[string]any{}, n
		}
		s.lists[query] = all
		return all, nil
	})
	return all, err
}

// list gives the rows of a query that are kept.
func (s *shared) list(query string) (all any, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all, ok = s.lists[query]
	return all, ok
}

// long says whether a list has too many rows to be read for the whole town.
func (s *shared) long(list string) bool {
	if s == nil {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.longer[list]
}

func (s *shared) noteLong(list string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.longer == nil {
		s.longer = map[string]bool{}
	}
	s.longer[list] = true
}

// series gives the values of measures, of which read reads those that nobody has asked for before.
func (s *shared) series(key seriesKey, ids []string, read func(missing []string) (map[string]map[string][]Value, error)) (map[string]map[string][]Value, error) {
	if s == nil {
		return read(ids)
	}
	found := map[string]map[string][]Value{}
	var missing []string
	s.mu.Lock()
	for _, id := range ids {
		if of, ok := s.known[key][id]; ok {
			found[id] = of
		} else {
			missing = append(missing, id)
		}
	}
	s.mu.Unlock()
	if len(missing) == 0 {
		return found, nil
	}
	made, err, _ := s.flight.Do(strings.Join(append([]string{string(key.Level), key.Unit, key.Village, key.From, key.To, map[bool]string{true: "restated"}[key.restated]}, missing...), "\x00"), func() (any, error) {
		if all, ok := s.all(key, missing); ok { // another request has read them since
			return all, nil
		}
		all, err := read(missing)
		if err == nil {
			s.keep(key, all)
		}
		return all, err
	})
	if err != nil {
		return nil, err
	}
	maps.Copy(found, made.(map[string]map[string][]Value))
	return found, nil
}

// all gives the values of measures if every one of them is kept.
func (s *shared) all(key seriesKey, ids []string) (found map[string]map[string][]Value, ok bool) {
	if s == nil {
		return nil, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found = map[string]map[string][]Value{}
	for _, id := range ids {
		if found[id], ok = s.known[key][id]; !ok {
			return nil, false
		}
	}
	return found, true
}

func (s *shared) keep(key seriesKey, all map[string]map[string][]Value) {
	s.mu.Lock()
	defer s.mu.Unlock()
	size := 0
	for _, units := range all {
		for _, series := range units {
			size += len(series)
		}
	}
	if s.kept += size; s.known == nil || s.kept > keptValues {
		s.known, s.kept = map[seriesKey]map[string]map[string][]Value{}, size
	}
	if s.known[key] == nil {
		s.known[key] = map[string]map[string][]Value{}
	}
	maps.Copy(s.known[key], all)
}
