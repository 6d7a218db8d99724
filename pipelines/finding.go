package pipelines

// FindingCode names a kind of damage to a town's folder; its sentences stand in package data.
type FindingCode string

// What can be wrong with a town's folder. Of the first group only a person can help, but where there is a second copy.
const (
	FoundLandedGone      FindingCode = "landed_gone"    // the content of the landed file Detail is not there
	FoundLandedChanged   FindingCode = "landed_changed" // or is not what landed
	FoundClosingDocument FindingCode = "closing_document"
	FoundClosingTrail    FindingCode = "closing_trail"
	FoundPaper           FindingCode = "paper"       // a version of a paper, or the list of them
	FoundAccounts        FindingCode = "accounts"    // the file of accounts cannot be read: Detail
	FoundAuditTrail      FindingCode = "audit_trail" // entry Count of the audit trail is not as it was written
	FoundUnreadable      FindingCode = "unreadable"  // nothing is known of it, because it may not be read

	FoundManifestLine     FindingCode = "manifest_line"     // line Count of the manifest of landed files cannot be trusted
	FoundManifestLost     FindingCode = "manifest_lost"     // the loaded file Detail is not in it
	FoundManifestDiffers  FindingCode = "manifest_differs"  // line Count says something else of the file Detail than the warehouse
	FoundWarehouse        FindingCode = "warehouse"         // it cannot be read: Detail
	FoundWarehouseGone    FindingCode = "warehouse_gone"    // though files have landed
	FoundWarehouseDiffers FindingCode = "warehouse_differs" // tables Detail hold other rows than generation Count, which was made of the same files
	FoundCounts           FindingCode = "counts"            // rows of the file Detail do not add up
	FoundPointer          FindingCode = "pointer"           // the pointer names no whole generation
	FoundSnapshot         FindingCode = "snapshot"          // a file of generation Count is not what was published
	FoundSnapshotContent  FindingCode = "snapshot_content"  // tables of generation Count hold other rows than its manifest says
	FoundRunRecord        FindingCode = "run_record"        // the document of a run
	FoundNotice           FindingCode = "notice"            // a notice
	FoundPauses           FindingCode = "pauses"            // which pipelines are paused
	FoundSentences        FindingCode = "sentences"         // which sentences of papers the town has changed
	FoundVersions         FindingCode = "versions"          // which versions of remote files have landed
	FoundLeftover         FindingCode = "leftover"          // of a process that was killed; no damage
	FoundNotLoaded        FindingCode = "not_loaded"        // Count landed files that the next run loads; no damage
	FoundNotPublished     FindingCode = "not_published"     // files have landed and nothing is published; no damage
	FoundUploadsWaiting   FindingCode = "uploads_waiting"   // Count uploads that the next run takes; no damage
	FoundOlderGeneration  FindingCode = "older_generation"  // published by a version that kept no hashes; no damage
)

// Finding is one thing that is wrong with a town's folder, or worth knowing of it.
type Finding struct {
	Code    FindingCode `json:"code"`
	At      string      `json:"at"`               // file or folder, slash-separated, relative to the town's folder
	Detail  string      `json:"detail,omitempty"` // the file as people know it, or what the system said
	Count   int64       `json:"count,omitempty"`
	Curable bool        `json:"curable"` // hulian check --repair puts it right
	Note    bool        `json:"note"`    // nothing is damaged
}
