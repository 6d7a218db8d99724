package data

import (
	"regexp"
	"testing"

	"hulian/pipelines"
)

// A clerk who reads the pages in Chinese reads there why a run did not do its work. What the system itself said, and
// documents of older programs, stay as they are.
func TestWhyARunFailedIsToldInChinese(t *testing.T) {
	latin := regexp.MustCompile(`[A-Za-z]{2,}`)
	for _, reason := range []pipelines.RunReason{
		{Code: pipelines.RunFileHeld, Subject: "村名册"}, {Code: pipelines.RunFileInDoubt, Subject: "走访"}, {Code: pipelines.RunNothingLoaded, Count: 2}, {Code: pipelines.RunSourceUnread, Subject: "市里", Detail: "超时"},
		{Code: pipelines.RunCheckFailed, Subject: "没有等于二的。", Count: 3}, {Code: pipelines.RunDiskFull}, {Code: pipelines.RunWasCancelled}, {Code: pipelines.RunWasInterrupted},
		{Code: pipelines.RunOtherwise, Detail: "不详"}, {Code: pipelines.RunMappingRefused, Subject: "热线", Detail: "第 5 行：只有数字才能四舍五入。"},
	} {
		run := pipelines.Run{Error: "in English", Reasons: []pipelines.RunReason{reason}, Files: []pipelines.Reconciliation{{Name: "走访", Read: 2, Quarantined: 2}}}
		said := ExplainRun(run, "zh")
		if words := latin.FindAllString(said, -1); said == "" || len(words) > 0 && reason.Code != pipelines.RunFileHeld && reason.Code != pipelines.RunFileInDoubt {
			t.Errorf("%s: %q", reason.Code, said)
		}
		if en := ExplainRun(run, "en"); en != "in English" {
			t.Errorf("%s in English: %q", reason.Code, en)
		}
		t.Log(said)
	}
	if said := ExplainRun(pipelines.Run{Error: "as it was"}, "zh"); said != "as it was" {
		t.Errorf("an older document: %q", said)
	}
}
