// Package desk is where files are handed in through a page: they are written to disk, wait in line, and are run one batch
// after the other.
//
// Readers of uploaded files enter, under the names browsers give them; the state and result of every batch leaves. A
// batch lies in a folder of its own that is synced and renamed when it is complete: after a crash complete batches are in
// line again and half ones are gone. The folder goes only when a run has told what became of every file in it; where the run
// failed before, for whatever reason, the batch is kept and tried again, and a command without a desk takes it over. A
// confirmation of a held file lies there as an upload does, until a run has let the file through; it is left to the next desk.
// Who handed a batch in lies beside its files, and where the town asks for it the batch waits until a second person accepts it, on
// a page or by a command. What happened to older batches is forgotten; runs keep their own record. It refuses files above its
// limits and names that would lead out of its folder, and it knows nothing of what is in the files.
package desk
