package data

import "time"

// StandardState is what became of a change of the standards.
type StandardState string

// States of changes.
const (
	StandardInForce  StandardState = "in_force"  // it stands in the file, or did until the next one
	StandardProposed StandardState = "proposed"  // it waits for a second person
	StandardRefused  StandardState = "refused"   // by the second person
	StandardByHand   StandardState = "by_hand"   // somebody has edited the file
	StandardOvertake StandardState = "overtaken" // the setting was another one when the second person accepted it
)

// StandardChange is one change of one setting of the programme: who, when, from what to what, and why.
type StandardChange struct {
	ID      string        `json:"id"`
	Setting string        `json:"setting"` // its path
	From    string        `json:"from"`    // as Programme.Written gives it
	To      string        `json:"to"`
	By      string        `json:"by,omitempty"`      // name; empty: nobody knows who edited the file
	Account string        `json:"account,omitempty"` // that one person has alone
	At      time.Time     `json:"at"`
	Reason  string        `json:"reason,omitempty"`
	State   StandardState `json:"state"`

	Decider        string    `json:"decider,omitempty"` // the second person
	DeciderAccount string    `json:"decider_account,omitempty"`
	DecidedAt      time.Time `json:"decided_at,omitzero"`
	Answer         string    `json:"answer,omitempty"` // why it was refused
}

// Standards are what the town has decided about its programme, and how that came about.
type Standards struct {
	Programme Programme
	Broken    string           // why the town's file cannot be read; empty: it can
	Changes   []StandardChange // newest first
	Second    bool             // a change waits for a second person
}

// StandardRefusal is why a change was not made. The zero value: it was.
type StandardRefusal string

// Refusals.
const (
	StandardUnknown StandardRefusal = "unknown" // no such setting, or no such proposal
	StandardMoved   StandardRefusal = "moved"   // it has changed since it was read
	StandardSame    StandardRefusal = "same"    // it is so already
	StandardUnsound StandardRefusal = "unsound" // the file would not be taken
	StandardOwn     StandardRefusal = "own"     // nobody accepts his own change
)

// Error makes a refusal an error.
func (r StandardRefusal) Error() string { return "the change is refused: " + string(r) }
