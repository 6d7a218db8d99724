// Package transfer brings bytes over a network that breaks.
//
// A function that opens the content at an offset enters; a reader leaves that goes on where the connection broke,
// after a wait that doubles and is shaken so that a county's towns do not come back all at once. It ends with io.EOF
// only when everything has been read. No state is kept on disk: a crash loses what was read, and the next run starts
// the file again. It refuses to wait for ever (Stall, Total), to read without bound (MaxSize), to repeat what cannot
// succeed (Permanent), and to join the halves of two different contents (source.ErrChanged): where an origin cannot go
// on at an offset, the content is read again from its start and must equal what was handed out already.
package transfer
