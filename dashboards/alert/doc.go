// Package alert tells whether what somebody wants to be told of has happened.
//
// An alert of an account and the published facts enter; whether it fires in the newest month, with the value and its reading,
// leaves, or a happening to be told by the channels of the town. It holds no persons: measures of towns, villages and branches
// alone. Nothing outlives a call. It refuses what the owner of the alert may not see.
package alert
