// Package sealed writes JSON that carries its own SHA-256, so that a flipped bit is noticed when it is read again.
//
// A value enters and its bytes leave: one JSON object whose last field, sha256, is the hash of every byte before that
// field. Nothing outlives a call and nothing is written here: what holds after a crash is up to whoever puts the bytes
// on a disk. Objects without the field are older than it and are read as they are. It refuses an object that is not what was
// sealed, and values that are no objects.
package sealed
