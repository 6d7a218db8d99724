// Package clitest is what the tests of the command line share: commands run in this process or in one of their own, servers,
// and towns to try them on.
//
// The program enters once, in a package's TestMain; statuses, what was written, and the addresses of servers leave. Towns
// that several tests or test binaries begin with are made once for one state of the code, in a folder for temporary files, and are
// handed out as copies; a test that is killed leaves a town there that is half made, which the next one makes anew. It
// refuses to go on where a command cannot be started, and never hands out a town that other code has made.
package clitest
