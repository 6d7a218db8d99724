package visitor

import (
	"errors"
	"fmt"
	"slices"

	"hulian/data"
)

// Role is what an account is for. The zero Role may nothing.
type Role string

// Roles.
const (
	Administrator    Role = "administrator"
	County           Role = "county"
	Committee        Role = "committee"
	Office           Role = "office"
	Analyst          Role = "analyst"
	VillageSecretary Role = "village_secretary"
	BranchSecretary  Role = "branch_secretary"
	Clerk            Role = "clerk"
	Auditor          Role = "auditor"

	operator Role = "operator" // of the machine; see Operator
)

// Permission is one thing a role may do.
type Permission uint32

// Permissions. Whether a visitor may change something is asked together with the place that is to be changed.
const (
	SeePages     Permission = 1 << iota // pages, reports and measures of the own town
	SeePersons                          // names, addresses and IDs in full
	SeeEvidence                         // restricted evidence about persons: reserve cadres, conduct
	Export                              // tables and reports to take away
	Query                               // SQL of one's own, in the sandbox
	Upload                              // hand files in, and say what their columns hold
	Accept                              // let held files and files of others through
	SetAside                            // keep a file or a row from counting
	Waive                               // close a problem without mending it
	SayNothing                          // say that a village had nothing to report
	Run                                 // start, pause and resume pipelines
	CheckMonth                          // check a month before it is signed
	SignMonth                           // sign a month that somebody else checked
	ReadTrail                           // the audit trail of the own scope
	Administer                          // accounts, roles, sessions
	SetStandards                        // what the town decides about its programme: targets, limits, criteria
	TickOff                             // say of something to do that it is done
	Decide                              // what a meeting decides: help for villages, resolutions, and what became of them
	lastPermission
)

// level is the narrowest part of the world a role is held for.
type level string

const (
	towns   level = "towns" // one or more
	town    level = "town"
	village level = "village" // or the whole town
	branch  level = "branch"
)

type rights struct {
	title data.Text
	level level
	may   Permission
}

// holds reports whether all of p is allowed.
func (r rights) holds(p Permission) bool { return p != 0 && r.may&p == p }

// table is who may what. Administrators see no persons: keeping accounts needs no names of households, and whoever gives
// himself another role leaves a trace. Analysts and the county work with pseudonyms. Whoever signs months hands in no files,
// and the office, which checks, may sign too, since a second account is demanded for it anyway.
var table = map[Role]rights{
	Administrator: {data.Text{Zh: "管理员", En: "administrator"}, town,
		SeePages | Run | ReadTrail | Administer | SetStandards},
	County: {data.Text{Zh: "县级", En: "county"}, towns,
		SeePages | Export},
	Committee: {data.Text{Zh: "镇党委", En: "committee"}, town,
		SeePages | SeePersons | SeeEvidence | Export | SignMonth | ReadTrail | SetStandards | Decide},
	Office: {data.Text{Zh: "组织办公室", En: "organisation office"}, town,
		SeePages | SeePersons | SeeEvidence | Export | Upload | Accept | SetAside | Waive | SayNothing | TickOff | Run | CheckMonth | SignMonth | ReadTrail | Decide},
	Analyst: {data.Text{Zh: "分析员", En: "analyst"}, town,
		SeePages | Export | Query},
	VillageSecretary: {data.Text{Zh: "村书记", En: "village secretary"}, village,
		SeePages | SeePersons | Export | Upload | SayNothing | TickOff | ReadTrail},
	BranchSecretary: {data.Text{Zh: "支部书记", En: "branch secretary"}, branch,
		SeePages | SeePersons | Export | TickOff | ReadTrail},
	Clerk: {data.Text{Zh: "文书", En: "clerk"}, village,
		SeePages | SeePersons | Export | Upload | SayNothing | TickOff},
	Auditor: {data.Text{Zh: "审计员", En: "auditor"}, town,
		SeePages | ReadTrail},
}

// Roles lists all roles, in the order they are offered in.
func Roles() []Role {
	return []Role{Administrator, County, Committee, Office, Analyst, VillageSecretary, BranchSecretary, Clerk, Auditor}
}

// Title is the role in words; the role itself where it is unknown.
func (r Role) Title() data.Text {
	if r == operator {
		return data.Text{Zh: "本机操作员", En: "operator of the machine"}
	}
	if rights, known := table[r]; known {
		return rights.title
	}
	return data.Text{Zh: string(r), En: string(r)}
}

// Known reports whether there is such a role.
func (r Role) Known() bool { return slices.Contains(Roles(), r) }

// Errors of Check.
var (
	ErrUnknownRole = errors.New("there is no such role")
	ErrScope       = errors.New("the role cannot be held for this scope")
)

// Check reports whether a role can be held for the scope: a village secretary names a village, an office none. A member's
// own scope narrows any scope that names a branch.
func (s Scope) Check(r Role) error {
	rights, known := table[r]
	if !known {
		return fmt.Errorf("%w: %q", ErrUnknownRole, string(r))
	}
	wrong := func(need string) error { return fmt.Errorf("%w: %s needs %s", ErrScope, r, need) }
	if slices.Contains(s.Towns, "") || len(s.Towns) == 0 || len(s.Towns) > 1 && rights.level != towns {
		return wrong("one town")
	}
	switch rights.level {
	case towns, town:
		if s.Village != "" || s.Branch != "" || s.Member != "" {
			return wrong("the whole town")
		}
	case village:
		if r == VillageSecretary && s.Village == "" || s.Branch != "" || s.Member != "" {
			return wrong("a village and no branch")
		}
	case branch:
		if s.Village == "" || s.Branch == "" {
			return wrong("a village and a branch")
		}
	}
	return nil
}
