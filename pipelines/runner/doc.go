// Package runner composes the stages of the pipeline into runs of one town's folder: land, load, model, publish.
//
// Sources of files enter; a published generation and one document a run leave. In the town's folder:
//
//	warehouse.lock  held while the warehouse is open: a dry run waits for loading, not for fetching
//	run.lock        held while a run works: there is one at a time, in one process or in several
//	runs/<id>.json  what the run did so far, written aside and renamed at every stage
//
// Every stage commits by itself and may be repeated, so a run that was cancelled, killed or out of disk leaves the
// previous snapshot served, and the next run goes on where it stopped: what had landed and what had been loaded is
// there, models know by fingerprints what is not built yet, and the document of a killed run is marked interrupted. A
// run that finds nothing new publishes nothing and says unchanged, unless what is published is damaged: then it is published
// anew. A file that fails never holds up the others, nor does a damaged document of an earlier run. It refuses to go on when a
// file's rows do not add up, when what landed is not what it was, and when files that were loaded are missing from the list
// of arrivals. A town that others than its owner can read is closed to them.
package runner
