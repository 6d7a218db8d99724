// Package backup keeps a town's folder in one zip file and makes a folder of such a file again.
//
// A town's folder enters Write: what landed with its manifest, a copy of the warehouse taken after a checkpoint, the
// snapshot that is served, configuration, mappings, pauses, notices and the documents of runs. One zip file leaves, with
// a manifest that names every file by size and SHA-256. The caller holds the town's lock, so that all parts are of one
// moment. Restore makes a folder of such a file. A passphrase encrypts the file (format age, key by scrypt).
//
// A zip file is written aside, synced, read back and compared with its own hashes, and only then renamed; after a crash
// the earlier backups are as they were. Restore unpacks aside, verifies everything, and only then puts the parts in
// place; what was there is moved into a folder beside and never deleted. Files that wait in the inbox are in no backup:
// they have not arrived yet.
//
// It refuses to overwrite a backup or a folder in use unless told to, names that lead out of the folder, entries the
// manifest does not name or that differ from it, and links. A backup, and the town that is made of one, is its owner's alone.
package backup
