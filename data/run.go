package data

import (
	"strings"

	"github.com/dustin/go-humanize"

	"hulian/pipelines"
)

// ExplainRun says in Chinese, or in English where lang is "en", why a run did not do all of its work; empty of one that
// did. What a document of an older program says is told as it stands there.
func ExplainRun(run pipelines.Run, lang string) string {
	if lang == "en" || len(run.Reasons) == 0 {
		return run.Error
	}
	var said []string
	for _, r := range run.Reasons {
		text := runTexts[r.Code]
		if r.Code == pipelines.RunNothingLoaded {
			text = nothingLoaded(run, r.Count)
		}
		if text == "" {
			return run.Error
		}
		said = append(said, strings.NewReplacer("{subject}", strings.TrimSuffix(r.Subject, "。"), "{count}", humanize.Comma(r.Count), "{detail}", r.Detail).Replace(text))
	}
	return strings.Join(said, "")
}

// runTexts are in Chinese alone: the English of a run stands in its document.
var runTexts = map[pipelines.RunReasonCode]string{
	pipelines.RunFileInDoubt:    "“{subject}”的行数有两种数法，暂不读入，其他文件照常。请检查引号和换行后重新报送；确认无误的，请在“数据状况”页写明理由收下。",
	pipelines.RunFileHeld:       "“{subject}”的行数不到上一份的一半，暂不读入，其他文件照常。请补发完整文件；确认无误的，请在“数据状况”页写明理由收下。",
	pipelines.RunSourceUnread:   "没有取到“{subject}”，下次运行会再取，其他来源照常。系统提示：{detail}。",
	pipelines.RunCheckFailed:    "有一项检查没有通过，{count} 行不符：{subject}。仍沿用上次发布的数据；请先查看最近收到的文件。",
	pipelines.RunDiskFull:       "磁盘已满。请腾出空间再运行，会接着做完；已发布的数据不受影响。",
	pipelines.RunFileDamaged:    "文件“{subject}”损坏，这次没有做完；已发布的数据不受影响。请管理员检查并修复。系统提示：{detail}。",
	pipelines.RunMappingRefused: "对照文件“{subject}”写得不对，归它管的文件这次没有读入，其他文件照常：{detail}请维护人员改正，下次运行会自动再读。",
	pipelines.RunWasCancelled:   "运行被取消。已发布的数据不受影响，下次运行会接着做完。",
	pipelines.RunWasInterrupted: "程序在运行结束前退出了，下次运行会接着做完。",
	pipelines.RunOtherwise:      "运行出错，请把这句话转给维护人员：{detail}。",
}

// nothingLoaded names the files that could not be read, and says what to do about the others.
func nothingLoaded(run pipelines.Run, waiting int64) string {
	var files []string
	refused := pipelines.Total(run.Files).Quarantined > 0
	for _, f := range run.Files {
		if f.Problem != "" && !f.Later() {
			files = append(files, "“"+f.Name+"”（"+ProblemTexts()[f.Problem].Name.Zh+"）")
		}
	}
	const shown = 5
	more := ""
	if len(files) > shown {
		files, more = files[:shown], "等 "+humanize.Comma(int64(len(files)))+" 份"
	}
	text := "收到的文件没有一行可用"
	if len(run.Files) == 0 {
		text = "还没有收到文件"
	}
	if len(files) > 0 {
		text += "：" + strings.Join(files, "、") + more
	}
	switch {
	case refused:
		text += "。请按“数据状况”页列出的问题逐行改好，重新报送"
	case len(run.Files) > 0:
		text += "。请按原因改好文件，重新报送"
	default:
		text += "。请把报表放进收件箱（inbox 文件夹）"
	}
	if refused && waiting > 0 {
		lists := ExplainAwaited(run.Awaited, "zh")
		if lists == "" { // a document of an older program
			lists = "村、支部、党员、农户"
		}
		text += "；其中 {count} 行所填的编号还不在名册中（" + lists + "），名册报来后会自动读入"
	}
	return text + "。"
}
