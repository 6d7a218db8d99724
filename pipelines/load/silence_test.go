package load

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"hulian/data/trials"
)

// TestARowThatIsSilentOfAColumnEmptiesNothing: a record without a name, and a row of delimited text that ends early, say nothing
// of what stood there; an empty cell that stands in the file empties it.
func TestARowThatIsSilentOfAColumnEmptiesNothing(t *testing.T) {
	const first = "问题编号,收集时间,村编号,问题类别,难易,标题\nI1,2018-01-03,V01,道路,难,甲\nI2,2018-01-04,V01,道路,难,乙\n"
	for name, file := range map[string]struct{ name, content string }{
		"a list of records": {"二.json", `[{"问题编号":"I1","收集时间":"2018-01-03","村编号":"V01","问题类别":"道路","标题":"甲二"},{"问题编号":"I2","收集时间":"2018-01-04","村编号":"V01","问题类别":"道路","难易":null,"标题":""}]`},
		"a record a line": {"二.ndjson", `{"问题编号":"I1","收集时间":"2018-01-03","村编号":"V01","问题类别":"道路","标题":"甲二"}
{"问题编号":"I2","收集时间":"2018-01-04","村编号":"V01","问题类别":"道路","难易":"","标题":null}`},
		"rows that end early": {"二.csv", "问题编号,收集时间,村编号,问题类别,标题,难易\nI1,2018-01-03,V01,道路,甲二\nI2,2018-01-04,V01,道路,,\n"},
	} {
		for _, large := range []int64{0, 1} {
			t.Run(fmt.Sprintf("%s, large from %d rows", name, large), func(t *testing.T) {
				town := newTown(t)
				town.large = large
				town.registries()
				town.drop("一.csv", []byte(first))
				town.load()
				town.drop(file.name, []byte(file.content))
				town.load()
				town.want("select issue_id, difficulty, title from exports.issues order by 1", "I1 hard 甲二", "I2 <nil> <nil>")
				if strings.HasSuffix(file.name, ".csv") {
					town.want(`select code, severity, "row", detail from ops.problems`, `row_short warn 2 ["row_short","5","6","column:issues.difficulty"]`)
				} else {
					town.want("select code from ops.problems")
				}
			})
		}
	}
}

// TestARecordOfAListIsSilentToo: a full list that leaves out a name in one record and gives nothing in another.
func TestARecordOfAListIsSilentToo(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.drop("农户一.csv", []byte("农户编号,村编号,支部编号,户主姓名,常住人数,联系党员\nH1,V01,B1,张样本,3,M1\nH2,V01,B1,赵样本,4,M2\n"))
	town.load()
	town.drop("农户二.json", []byte(`[{"农户编号":"H1","村编号":"V01","支部编号":"B1","户主姓名":"张改名","联系党员":"M1"},{"农户编号":"H2","村编号":"V01","支部编号":"B1","户主姓名":"赵样本","常住人数":null}]`))
	town.load()
	town.want("select household_id, head_name, residents, linked_member_id from exports.households order by 1", "H1 张改名 3 M1", "H2 赵样本 <nil> M2")
}

// TestARowThatWaitedIsSilentStill: a record that waits for its registry says nothing more when it comes in.
func TestARowThatWaitedIsSilentStill(t *testing.T) {
	town := newTown(t)
	town.registries()
	town.drop("一.csv", []byte("问题编号,收集时间,村编号,问题类别,难易,标题\nI1,2018-01-03,V01,道路,难,甲\n"))
	town.load()
	town.drop("二.json", []byte(`[{"问题编号":"I1","收集时间":"2018-01-03","村编号":"V09","问题类别":"道路","标题":"甲二"},{"问题编号":"I2","收集时间":"2018-01-03","村编号":"V01","问题类别":"道路","难易":"易"}]`))
	town.load()
	town.drop("村.csv", []byte(villagesCSV+"V09,九村,逍林镇\n"))
	town.load()
	town.want("select issue_id, village_id, difficulty, title from exports.issues order by 1", "I1 V09 hard 甲二", "I2 V01 easy <nil>")
}

// TestWhatStandsIsWhatWasSaidLast tries random files of every container: a value is what the last row said of it that spoke of
// it at all, however the files come to be loaded.
func TestWhatStandsIsWhatWasSaidLast(t *testing.T) {
	optional := []string{"难易程度", "流转层级", "标题"}
	words := map[string][]string{"难易程度": {"易", "中", "难"}, "流转层级": {"党员", "支部", "村", "镇"}, "标题": {"甲", "乙", "丙"}}
	for seed := range trials.Seeds(t, 4) {
		random := rand.New(rand.NewPCG(uint64(seed), 18))
		stood := map[string]map[string]string{}
		var files []struct{ name, content string }
		for no := range 3 {
			container := []string{"csv", "json", "ndjson"}[random.IntN(3)]
			header := slices.Clone(optional)
			random.Shuffle(len(header), func(i, j int) { header[i], header[j] = header[j], header[i] })
			var lines []string
			for issue := range 4 {
				key := fmt.Sprintf("I%d", issue)
				if random.IntN(4) == 0 {
					continue
				}
				if stood[key] == nil {
					stood[key] = map[string]string{}
				}
				fields := []string{key, "2018-01-03", "V01", "道路"}
				record := map[string]any{"问题编号": key, "收集时间": "2018-01-03", "村编号": "V01", "问题类别": "道路"}
				said := len(header)
				if container == "csv" {
					said = random.IntN(len(header) + 1) // a row may end early
				}
				for _, column := range header[:said] {
					value := ""
					if random.IntN(3) > 0 {
						value = words[column][random.IntN(len(words[column]))]
					}
					if container != "csv" && random.IntN(3) == 0 {
						continue // the record is silent
					}
					stood[key][column] = value
					fields, record[column] = append(fields, value), value
					if value == "" && random.IntN(2) == 0 {
						record[column] = nil
					}
				}
				if container == "csv" {
					lines = append(lines, strings.Join(fields, ","))
					continue
				}
				text, err := json.Marshal(record)
				must(t, err)
				lines = append(lines, string(text))
			}
			switch content := strings.Join(lines, "\n"); {
			case len(lines) == 0:
				continue
			case container == "csv":
				files = append(files, struct{ name, content string }{fmt.Sprintf("%d.csv", no), "问题编号,收集时间,村编号,问题类别," + strings.Join(header, ",") + "\n" + content + "\n"})
			case container == "json":
				files = append(files, struct{ name, content string }{fmt.Sprintf("%d.json", no), "[" + strings.Join(lines, ",\n") + "]"})
			default:
				files = append(files, struct{ name, content string }{fmt.Sprintf("%d.ndjson", no), content})
			}
		}
		var want []string
		for key, values := range stood {
			said := key
			for _, column := range optional {
				said += "|" + values[column]
			}
			want = append(want, said)
		}
		slices.Sort(want)
		for _, atOnce := range []bool{false, true} {
			town := newTown(t)
			town.registries()
			for _, f := range files {
				town.drop(f.name, []byte(f.content))
				if !atOnce {
					town.load()
				}
			}
			town.load()
			got := town.lines(`select issue_id || '|' || coalesce(case difficulty when 'easy' then '易' when 'medium' then '中' when 'hard' then '难' end, '')
				|| '|' || coalesce(case routed_to when 'member' then '党员' when 'branch' then '支部' when 'village' then '村' when 'town' then '镇' end, '') || '|' || coalesce(title, '')
				from exports.issues order by 1`)
			if !slices.Equal(got, want) {
				t.Fatalf("seed %d, at once %t: %v\nwant %v\nof %q", seed, atOnce, got, want, files)
			}
		}
	}
}
