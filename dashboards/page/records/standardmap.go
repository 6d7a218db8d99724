package records

import (
	"errors"
	"strings"

	"hulian/dashboards/page/block"
	"hulian/dashboards/townmap"
	"hulian/dashboards/view"
	"hulian/dashboards/visitor"
	"hulian/queries/reading"
)

// namedOutlines is how many outlines without a village are named.
const namedOutlines = 20

// VillagesOfMap are the villages that outlines are matched with.
func VillagesOfMap(r block.Request) (all []townmap.Village) {
	for _, u := range r.Villages {
		all = append(all, townmap.Village{ID: u.ID, Name: u.Name})
	}
	return all
}

// keepsMap reports whether the visitor may hand the town's own map in.
func keepsMap(r block.Request) bool {
	return r.Map != nil && r.Visitor.May(visitor.Administer, visitor.Place{Town: r.Town.ID})
}

// mapForms show an administrator the town's own map, how it fits the villages, and the forms that take another and remove it.
func mapForms(r block.Request) []view.Block {
	if !keepsMap(r) {
		return nil
	}
	blocks := []view.Block{view.Section{ID: "map", Title: r.T("本镇村界图", "The town's own map"), Note: r.T("总览页用它代替方格图，颜色、村名和链接相同。没有上传时用方格图。", "The overview draws it in place of the squares, with the same colours, names and links. Without one there are squares.")}}
	switch done := r.Params.Get("map"); {
	case done == "kept":
		blocks = append(blocks, view.Callout{Tone: view.ToneBetter, Title: r.T("村界图已保存", "The map is kept")})
	case done == "removed":
		blocks = append(blocks, view.Callout{Title: r.T("村界图已删除，总览页改用方格图", "The map is removed; the overview draws squares")})
	case done != "":
		blocks = append(blocks, view.Callout{Tone: view.ToneWorse, Title: r.T("村界图没有收下，原来的图不变", "The map is not taken; the one before stays"), Text: mapRefusal(r, townmap.Why(done), r.Params.Get("feature"))})
	}
	own, err := r.Map()
	switch {
	case err != nil:
		blocks = append(blocks, view.Callout{Tone: view.ToneWorse, Title: r.T("保存的村界图读不出来，总览页暂用方格图", "The map that is kept cannot be read; the overview draws squares"), Text: r.T("请重新上传，或者删除。", "Hand it in again, or remove it.")})
	case own.Hash == "":
		blocks = append(blocks, view.Callout{Tone: view.ToneQuiet, Text: r.T("还没有上传。", "There is none yet.")})
	default:
		blocks = append(blocks, mapFit(r, own))
	}
	keep := block.KeepLanguage(r)
	blocks = append(blocks, view.Form{Title: r.T("上传村界图", "Hand in a map"), Address: "/map/keep", Label: r.T("上传", "Hand in"),
		Text:   r.Tf("GeoJSON文件，不超过%dMB，每个村一个面（Polygon或MultiPolygon），坐标为经纬度。按村编号或村名全称对应。请按测绘管理规定使用地图资料。", "A GeoJSON file of at most %d MB: one Polygon or MultiPolygon a village, in longitude and latitude, matched by the village's ID or whole name. Use map data as the law on surveying allows.", townmap.MostBytes>>20),
		Fields: append([]view.Field{{Name: "file", Label: r.T("文件", "File"), File: ".geojson,.json", Required: true}}, keep...)})
	if own.Hash != "" || err != nil {
		blocks = append(blocks, view.Form{Title: r.T("删除村界图", "Remove the map"), Address: "/map/remove", Label: r.T("删除", "Remove"), Fields: keep})
	}
	return blocks
}

// mapFit says which villages the map shows, which it lacks, and which outlines are of no village.
func mapFit(r block.Request, own townmap.Map) view.Block {
	m := own.Match(VillagesOfMap(r))
	c := view.Callout{Text: r.Tf("图上有%[1]s个村，共%[2]s个村。", "The map shows %[1]s of %[2]s villages. ", reading.Count(float64(len(m.Of))), reading.Count(float64(len(r.Villages))))}
	if len(m.Without) > 0 {
		var names []string
		for _, v := range m.Without {
			names = append(names, v.Name)
		}
		c.Tone = view.ToneWorse
		c.Text += r.Tf("缺：%s。", "Missing: %s. ", strings.Join(names, r.T("、", ", ")))
	}
	if n := len(m.Strange); n > 0 {
		c.Tone = view.ToneWorse
		c.Text += r.Tf("有%[1]d个面对不上村（编号和名称都不符，或者一个村有两个面），不画：%[2]s。", "%[1]d outlines are of no village by ID or name, or of one that has one already, and are not drawn: %[2]s.", n, strings.Join(m.Strange[:min(n, namedOutlines)], r.T("、", ", ")))
	}
	return c
}

// mapRefusal says why a file was not taken, and what to do about it.
func mapRefusal(r block.Request, why townmap.Why, feature string) string {
	said := map[townmap.Why][2]string{
		townmap.TooLarge:    {"文件太大。请简化边界后再上传。", "The file is too large. Simplify the borders and hand it in again."},
		townmap.NoGeoJSON:   {"不是GeoJSON的要素集合（FeatureCollection）。请从地图软件导出为GeoJSON。", "It is no GeoJSON FeatureCollection. Export it as GeoJSON from the map program."},
		townmap.Empty:       {"文件里没有要素。", "The file holds no features."},
		townmap.TooMany:     {"要素太多。请只保留村界。", "It holds too many features. Keep the borders of villages alone."},
		townmap.NoPolygon:   {"要素不是面（Polygon或MultiPolygon）。", "A feature is no Polygon or MultiPolygon."},
		townmap.BadPolygon:  {"面无效：边界没有闭合、自己相交，或者洞在面外。请在地图软件里修复几何。", "A polygon is not valid: a ring is open, crosses itself, or a hole lies outside. Repair the geometry in the map program."},
		townmap.NoDegrees:   {"坐标不是经纬度。请转换为经纬度（如CGCS2000）后导出。", "The positions are no longitudes and latitudes. Convert them to degrees and export again."},
		townmap.Nameless:    {"要素没有编号，也没有名称。", "A feature has neither an ID nor a name."},
		townmap.NoneMatches: {"没有一个面的编号或名称与本镇的村相符。请核对村编号或村名全称。", "No outline has the ID or the whole name of a village of the town. Check them against the list of villages."},
	}[why]
	if feature != "" && feature != "0" {
		return r.Tf("第%s个要素：", "Feature %s: ", feature) + r.T(said[0], said[1])
	}
	return r.T(said[0], said[1])
}

// MapRefusal is what a page is told of a file that was not taken; empty: err is no refusal.
func MapRefusal(err error) (why townmap.Why, feature int) {
	if r := new(townmap.Refusal); errors.As(err, &r) {
		return r.Why, r.Feature
	}
	return "", 0
}
