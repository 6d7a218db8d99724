// Package source says where exports come from: a watched folder and files named by a person here, web addresses, file
// servers, buckets and databases in the packages below, all behind one interface.
//
// Configuration enters; a lazily opened Item per file leaves, oldest first. The only thing kept is which version of a
// remote file has landed (Memory), written aside and renamed: after a crash a file is fetched once more rather than lost.
// What has been taken already is known by its content in package land. It never looks inside a file and refuses to hand
// over one that is still being written, which it says and leaves for the next pass, and links that lead out of a watched
// folder. Names leave as people can read them, whatever their bytes are on the disk.
//
// Every source must pass the suite in package sourcetest.
package source
