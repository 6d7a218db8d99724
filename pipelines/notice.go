package pipelines

import "time"

// Event is what a notice is about.
type Event string

// The events people can be told of.
const (
	EventFailure    Event = "failure"     // a run failed, its retries included
	EventMonthReady Event = "month_ready" // the data reach the end of a month, and it is published
	EventHeld       Event = "held"        // a file waits for a person
	EventPapers     Event = "papers"      // papers were made by the clock, or could not be
	EventAlert      Event = "alert"       // a measure that somebody asked to be told of gave a signal or passed a value
)

// NoticeState says how far a notice has come.
type NoticeState string

// The states of a notice.
const (
	NoticeWaiting NoticeState = "waiting" // to be sent, or to be tried again
	NoticeSent    NoticeState = "sent"
	NoticeGivenUp NoticeState = "given_up"
)

// Notice is one message to one channel, as it is kept in the town's folder. It is written once and sent once: its ID
// is made of the channel and of what happened, so that what happened twice in the same way is told once.
type Notice struct {
	ID        string      `json:"id"`
	Event     Event       `json:"event"`
	Subject   string      `json:"subject"`      // what happened to what, e.g. month 2018-01
	Channel   string      `json:"channel"`      // name in the configuration
	To        string      `json:"to,omitempty"` // the one person it is for; empty: whomever the channel reaches
	Title     string      `json:"title"`
	Text      string      `json:"text"`
	CreatedAt time.Time   `json:"created_at"`
	State     NoticeState `json:"state"`
	Attempts  int         `json:"attempts"`
	NextAt    time.Time   `json:"next_at,omitzero"` // when it is tried again
	SentAt    time.Time   `json:"sent_at,omitzero"`
	Error     string      `json:"error,omitempty"` // of the last attempt that failed
}
