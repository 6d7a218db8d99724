// Package papers keeps the versions of what a town issues: drafts as long as newer ones are few, and what was issued for good.
//
// A version, its content as JSON and its files enter; they lie in the town's folder:
//
//	papers/versions.ndjson                one line a version, oldest first; every line carries its hash and that of the line before
//	papers/2018-01/ID/content.json        what stands in it: sentences, tables, figures with their bases
//	papers/2018-01/ID/hulian-monthly-2018-01.docx  and the other formats that were kept, as they were written
//
// A version is written aside, synced and renamed, then named in the list; what a crash kept from the list is no version and is taken away
// by the next writer. One writer at a time holds papers/lock. A version whose content is that of the last one of its paper, in the
// same state, is not kept a second time; a format that it lacked is added to it in a line that replaces its own.
//
// It refuses a content or a file that has not the hash the list names, a list whose lines do not follow from each other, a name that
// leads out of the folder, and to write over anything. Of each paper the newest ten drafts are kept, and everything that was issued.
package papers
