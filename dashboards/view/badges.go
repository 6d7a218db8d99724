package view

// Badges is a row of badges.
type Badges struct {
	Frame
	Badges []Badge
}

// Badge is a state in a word or two: tier, phase, data too poor. Its look never says more than its word.
type Badge struct {
	Text string
	Look Look
	Note string // why, shown on demand
	Link string
}

// Look is the colour and shape of a badge.
type Look string

// Looks of badges.
const (
	LookPlain   Look = ""
	LookWeak    Look = "weak"    // filled orange: it is to be acted on
	LookWatch   Look = "watch"   // light orange
	LookGood    Look = "good"    // light blue
	LookPilot   Look = "pilot"   // outlined blue
	LookRollout Look = "rollout" // outlined grey
	LookPoor    Look = "poor"    // dashed: the data do not bear a judgement
)

// Kind names the template of the block.
func (*Badges) Kind() string { return "badges" }
