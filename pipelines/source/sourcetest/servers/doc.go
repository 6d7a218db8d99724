// Package servers starts the real servers that sources are tested against.
//
// What enters is a test; what leaves is the address of a PostgreSQL or MariaDB of this machine's packages, with data of
// its own, or of an SSH server with SFTP in this process. The databases are started once for all tests of a process and
// stopped by Stop, which TestMain calls; a crash leaves a folder in the system's folder for temporary files. It refuses
// to run a database as root, and a test is skipped where its package is not installed, which is a failure where CI is
// set.
package servers
