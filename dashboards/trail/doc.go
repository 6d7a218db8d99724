// Package trail keeps who did what: signing in, looking at evidence about persons, handing files in, decisions, accounts.
//
// An event enters, before the answer to what it records is given, or in the same transaction as what it records; entries
// leave, as far as the visitor may read them, with a sentence in Chinese or English. An entry is in the file when Write
// returns and survives a crash. Each carries the hash of the one before, so that Verify names the first that was changed or
// taken out; whoever can write the file and knows this can make a new chain, which only a hash kept elsewhere tells. It refuses
// actions that are not defined here, and to change or delete an entry; values of data are never written into one.
package trail
