#!/usr/bin/env bash
# Writes previous.zip.zst, previous.csv and previous.token with the binary of the release before: a backup of a town's folder, the
# figures it published, an access token. TestATownOfThePreviousReleaseLosesNothing takes them over. After a release:
#
#   previous.sh HULIAN
#
# It takes curl, jq, unzip, zip and zstd. The lists and events are those of before.zip; the rest is one row or two of each kind. People and villages are invented.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
hulian=$(realpath "$1")
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
town=$work/town
"$hulian" init --dir "$town" >/dev/null
say() { "$hulian" "$@" --dir "$town" >/dev/null 2>"$work/log" || { echo "$*" >&2; cat "$work/log" >&2; exit 1; }; }

unzip -q "$here/before.zip" -d "$work/before"
mkdir "$work/exports"
jq -r '[.id, .name, .received_at] | @tsv' "$work/before/landed/manifest.ndjson" | grep -v 党员短 |
	while IFS=$'\t' read -r id name at; do
		cp "$work/before/landed/${id:0:2}/$id" "$work/exports/$name"
		chmod u+w "$work/exports/$name"
		touch -d "$at" "$work/exports/$name"
	done
list() { cat >"$work/exports/$1.csv"; touch -d 2018-02-01T09:00:00Z "$work/exports/$1.csv"; }
list 21meetings <<<$'branch_id,kind,held_on\nB1,reconciliation,2017-12-12\nB1,reconciliation,2018-01-12\nB2,reconciliation,2018-01-13\nB3,organisation_life,2018-01-20'
list 22tasks <<<$'task_id,branch_id,title,programme,claimed_on,due_on,done_on\nK1,B1,清河道,five_waters,2018-01-03,2018-01-31,2018-01-20\nK2,B2,整庭院,environment,2018-01-04,2018-01-25,'
list 23conduct <<<$'member_id,kind,signed_on\nM002,frugality_pledge,2018-01-05\nM003,organ_donation,2018-01-06'
list 24posts <<<$'post_id,member_id,kind\nP1,M002,micro_river_chief\nP2,M003,mediator'
list 25funds <<<$'village_id,kind,year,amount_yuan\nV01,scholarship,2017,20000\nV02,charity,2017,15000'
list 26cadres <<<$'cadre_id,village_id,level\nC1,V01,village\nC2,V02,village'
list 29points <<<$'党员编号,积分日期,分值,积分类别,积分条目\nM002,2017-12-05,2,志愿服务,参加活动\nM003,2017-12-08,3,志愿服务,参加活动'
list 28decisions <<<$'member_id,decided_on,decision,reason\nM004,2018-01-25,list,走访扎实\nM005,2018-01-25,defer,继续考察'
list 27ratings <<<$'branch_id,period,stars,rank\nB1,2017,3,2\nB4,2017,4,1\nB2,2017,3,2\nB5,2017,4,1'
say import "$work"/exports/0*.csv "$work"/exports/1*.csv
say import "$work"/exports/2*.csv

# Accounts: a link that was used and a password set, one that was not, one switched off, a token.
"$hulian" serve --dir "$town" --listen 127.0.0.1:0 >"$work/address" 2>"$work/served" &
server=$!
until [ -s "$work/address" ]; do sleep 0.2; done
address=$(head -n 1 "$work/address")
password='四月雨 plum blossom 7'
for who in office:甲样本 committee:乙样本; do
	link=$("$hulian" user add "${who%%:*}" --name "${who##*:}" --role "${who%%:*}" --address "$address" --dir "$town")
	curl -sf -o /dev/null -c "$work/${who%%:*}.jar" --data-urlencode "password=$password" --data-urlencode "again=$password" "$link"
done
say user add secretary --name 丙样本 --role village_secretary --village V02
say user add clerk --name 丁样本 --role clerk
say user disable clerk
"$hulian" user token office --label fixture --dir "$town" >"$here/previous.token"

ask() { curl -sf -b "$work/office.jar" "${address%/}/$1"; }
post() { # ADDRESS FIELD=VALUE…
	local to=$1 form=() jar=${JAR:-office}
	shift
	for field in "$@"; do form+=(--data-urlencode "$field"); done
	to=$(curl -s -o /dev/null -w '%{redirect_url}' -b "$work/$jar.jar" -H 'Sec-Fetch-Site: same-origin' "${form[@]}" "${address%/}/$to")
	grep -q done=1 <<<"$to" || { echo "$* leads to: $to" >&2; exit 1; }
}
post entries/actions month=2018-01 of_village=V01 signal=走访少 measure=household_coverage cause=unclear support=looking owner=王样本 decided_on=2018-01-05 due_on=2018-03-31 acceptance=说清原因
post entries/resolutions month=2018-01 state=open item=issues decision=超期问题逐件督办 owner=李样本 meeting_on=2018-01-05 due_on=2018-01-25
post entries/talks month=2018-01 of_branch=B1 talk=admonition held_on=2018-01-20 note=每月开好对账交流会
post entries/plans month=2018-01 question=成效如何 outcome_1=household_coverage direction=better smallest=5 compared_with=not_begun several=in_order
post todo month=2018-01 note=已上门 "done=$(ask 'todo?month=2018-01' | grep -oP 'name="done" value="\K[^"]+' | head -n 1)"
post entries/callbacks month=2018-01 "$(ask 'callbacks?month=2018-01' | grep -oP 'name="\Kanswer[^"]+' | head -n 1)=confirmed"
kill "$server" && wait "$server" || true
server=

say aside --export visits --key T0183 --by 王样本 --reason 误录
say nothing tasks 2017-12 --by 王样本
say problems waive "$("$hulian" query "select min(problem_no) as no from problems where severity <> 'warn' and state = 'open'" --dir "$town" --format json | jq '.[0].no')" --by 李样本 --reason 原件已核对
say run
say close 2017-12 --check --by 甲样本
say close 2017-12 --sign --by 乙样本
say run
"$hulian" query "select measure, level, unit_id, month, numerator, denominator, value, reason from measures order by all" --dir "$town" --format csv >"$here/previous.csv"
"$hulian" backup "$work/previous.zip" --dir "$town" >/dev/null
# Stored and then packed as one, it is a third of what a backup packs file by file.
unzip -q "$work/previous.zip" -d "$work/whole"
(cd "$work/whole" && zip -q0XDr "$work/stored.zip" .)
zstd -q -f --ultra -22 --long=27 "$work/stored.zip" -o "$here/previous.zip.zst"
ls -l "$here"/previous.*
