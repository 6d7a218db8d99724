// Package closing closes months: draft, checked by one person, signed by another, and from then on kept.
//
// A published snapshot and the name of a person enter; files in the town's folder leave:
//
//	closings/trail.ndjson               who did what when, one line each; every line holds the hash of the one before
//	closings/2018-01/signed-1.json      what was signed: every measure of every unit, with its base, and a content hash
//	closings/2018-01/signed-2.json      what was signed anew after corrections; the first stays as it was
//	closings/2018-01/changes-1-gen-000007.json  what generation 7 knew differently from what was signed
//
// A document is written aside, synced and renamed, then named in the trail; it is never edited. Killed between the two,
// the next writer names it in the trail. A line of the trail that was cut off by a crash was never acknowledged and is
// taken away before the next one is written. One writer at a time holds closings/lock.
//
// What is known of a signed month is compared with what was signed, value by value and base by base. A difference is a
// correction, unless the cut-off moved and the measure is one that ripens: then it is listed as ripened. A number that was
// signed and is unknown now, because no data stand behind it, is a kind of its own. Observe keeps every state of differences
// a generation brought, so that each says since which generation it stands.
//
// It refuses a document whose content does not have its hash, or not the hash the trail names, or that is missing; a
// trail whose lines do not follow from each other; to sign what nobody checked, what is blocked, and by whoever checked.
// A document that is missing or is not whole stops its own month alone. The hashes show a file edited or exchanged by itself; whoever rewrites document and trail together is not found out.
// Names of members are not kept, their IDs are.
package closing
