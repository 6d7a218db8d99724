// Package bucket takes exports from a bucket of an S3-compatible store.
//
// An address, a bucket, a prefix and references to keys enter; an Item per object leaves, oldest first, and only when
// its ETag is another one than has landed. A store shows an object once it is whole, so there is no waiting for it to
// keep still. A transfer that breaks goes on where it broke, as long as the ETag is the same.
//
// No state is kept, so nothing is at stake in a crash. It refuses keys written into the configuration and never writes
// to the store: keys that may only list and read are enough.
package bucket
