package analyze

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// examples is one small file for every method that can be drawn.
var examples = map[string]string{
	"wilson":                        "id,x,n\n甲,3,10\n乙,0,4\n丙,9,9\n",
	"clopper_pearson":               "id,x,n\na,3,10\nb,0,4\n",
	"byar":                          "id,x,n\na,30,1000\nb,12,400\n",
	"exact_poisson":                 "id,x,n\na,3,1000\nb,0,400\n",
	"rate":                          "id,x,n\na,3,1000\nb,20,400\n",
	"xmr":                           "period,value\n2017-01,3\n2017-02,4\n2017-03,\n2017-04,30\n2017-05,5\n",
	"p_chart":                       "sample,defects,size\n1,3,50\n2,4,60\n3,0,50\n",
	"p_prime":                       "sample,defects,size\n1,3,50\n2,4,60\n3,0,50\n",
	"u_chart":                       "sample,defects,size\n1,3,50\n2,4,60\n3,0,50\n",
	"u_prime":                       "sample,defects,size\n1,3,50\n2,4,60\n3,0,50\n",
	"c_chart":                       "period,value\n1,3\n2,40\n3,7\n",
	"g_chart":                       "period,value\n1,3\n2,40\n3,7\n",
	"t_chart":                       "period,value\n1,3\n2,40\n3,7\n",
	"run_chart":                     "period,value\n1,3\n2,40\n3,7\n",
	"funnel":                        "unit,events,total\na,30,100\nb,1,50\nc,9,200\n",
	"funnel_ratio":                  "unit,observed,expected\na,30,21.5\nb,1,8.2\nc,9,7.9\n",
	"empirical_bayes_beta_binomial": "id,successes,trials\na,30,100\nb,1,50\nc,9,200\n",
	"empirical_bayes_gamma_poisson": "id,successes,trials\na,30,100\nb,1,50\nc,9,200\n",
	"gini":                          "income\n1\n2\n9\n",
	"spearman":                      "x,y\n1,2\n2,1\n3,3\n",
	"kitagawa":                      "pop,group,size,rate\n1,a,10,0.1\n1,b,20,0.2\n2,a,20,0.1\n2,b,20,0.3\n",
	"permutation":                   "group,value\ntreatment,1\ntreatment,4\ncontrol,2\ncontrol,0\n",
	"kaplan_meier_logrank":          "time,event,group\n1,1,a\n2,0,a\n3,1,b\n4,1,b\n",
	"did_2x2":                       "id,treated,post,y\n1,0,0,1\n1,0,1,2\n2,1,0,1\n2,1,1,4\n3,0,0,2\n3,0,1,2\n4,1,0,1\n4,1,1,5\n",
	"callaway_santanna":             "id,time,y,first_treat\n1,1,1,0\n1,2,2,0\n1,3,2,0\n2,1,1,0\n2,2,1,0\n2,3,3,0\n3,1,1,3\n3,2,2,3\n3,3,6,3\n4,1,0,3\n4,2,2,3\n4,3,7,3\n",
	"callaway_santanna_covariates":  "id,time,y,first_treat\n1,1,1,0\n1,2,2,0\n1,3,2,0\n2,1,1,0\n2,2,1,0\n2,3,3,0\n3,1,1,3\n3,2,2,3\n3,3,6,3\n4,1,0,3\n4,2,2,3\n4,3,7,3\n",
	"interrupted_time_series":       "time,y,step\n1,3,0\n2,4,0\n3,3,0\n4,5,0\n5,9,1\n6,8,1\n7,11,1\n",
	"power":                         "id,kind,n1,n2,delta\n1,t_power,20,20,1\n2,perm_min_p,3,5,\n3,t_mde,5,5,\n",
	"wild_cluster_bootstrap":        "cluster,treated,y\na,0,1\na,0,2\nb,0,1\nb,0,3\nc,0,2\nd,1,4\nd,1,3\ne,1,5\nf,1,2\nf,1,4\n",
}

// The examples of methods that compare a treated unit with a mix of others, and of sensitivity.
func init() {
	examples["synthetic_control"] = "id,time,treated,y\n甲,1,0,11.3\n甲,2,0,12.6\n甲,3,0,13.9\n甲,4,0,15.2\n甲,5,0,10.0\n甲,6,1,17.3\n甲,7,1,18.6\n乙,1,0,13.6\n乙,2,0,16.2\n乙,3,0,12.3\n乙,4,0,14.9\n乙,5,0,11.0\n乙,6,0,13.6\n乙,7,0,16.2\n丙,1,0,15.9\n丙,2,0,13.3\n丙,3,0,17.2\n丙,4,0,14.6\n丙,5,0,12.0\n丙,6,0,15.9\n丙,7,0,13.3\n丁,1,0,18.2\n丁,2,0,16.9\n丁,3,0,15.6\n丁,4,0,14.3\n丁,5,0,13.0\n丁,6,0,18.2\n丁,7,0,16.9\n"
	examples["synthetic_did"] = examples["synthetic_control"]
	examples["honest_did"] = "time,role,beta,v1,v2,v3,v4\n1,pre,0.1,0.04,0.01,0,0\n2,pre,-0.1,0.01,0.04,0,0\n4,post,1.2,0,0,0.04,0.01\n5,post,1.4,0,0,0.01,0.04\n"
	inOffice["synthetic_control"], inOffice["synthetic_did"] = "村,月份,是否试点,指标值\n", "村,月份,是否试点,指标值\n"
	inOffice["honest_did"] = "时期,前后,系数,v1,v2,v3,v4\n"
}

func TestEveryMethodDraws(t *testing.T) {
	for _, m := range Methods() {
		t.Run(m.Name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "data.csv")
			if err := os.WriteFile(path, []byte(examples[m.Name]), 0o600); err != nil {
				t.Fatal(err)
			}
			file, err := Read(t.Context(), path, "")
			if err != nil {
				t.Fatal(err)
			}
			call, err := Prepare(m, file, nil)
			if err != nil {
				t.Fatal(err)
			}
			document, err := call.Run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			svg, bitmap := filepath.Join(dir, "a.svg"), filepath.Join(dir, "a.PNG")
			for _, picture := range []string{svg, bitmap} {
				if _, err := call.Draw(document, picture); err != nil {
					t.Fatal(err)
				}
			}
			vector(t, svg)
			raster(t, bitmap)
			left, err := os.ReadDir(dir)
			if err != nil || len(left) != 3 {
				t.Errorf("%d files are left (%v), want the data and two pictures", len(left), err)
			}
		})
	}
}

func vector(t *testing.T, path string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(content), "NaN") || strings.Contains(string(content), "Inf") {
		t.Error("the SVG holds a coordinate that is no number")
	}
	decoder, paths := xml.NewDecoder(bytes.NewReader(content)), 0
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "path" {
			paths++
		}
	}
	if paths < 10 {
		t.Errorf("the SVG holds %d paths only", paths)
	}
}

func raster(t *testing.T, path string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := file.Close(); err != nil {
			t.Error(err)
		}
	})
	picture, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	colours := map[[3]uint32]bool{}
	for y := picture.Bounds().Min.Y; y < picture.Bounds().Max.Y; y += 2 {
		for x := picture.Bounds().Min.X; x < picture.Bounds().Max.X; x += 2 {
			r, g, b, _ := picture.At(x, y).RGBA()
			colours[[3]uint32{r, g, b}] = true
		}
	}
	if len(colours) < 3 {
		t.Errorf("the PNG holds %d colours: nothing was drawn", len(colours))
	}
}

func TestPictureNames(t *testing.T) {
	for name, want := range map[string]bool{"a.svg": true, "b.PNG": true, "c.jpg": false, "d": false} {
		if err := CheckPicture(name); (err == nil) != want {
			t.Errorf("CheckPicture(%q) = %v", name, err)
		}
	}
}

// drawn runs a method on a text and draws it, and gives what the picture could not write beside the text of the SVG.
func drawn(t *testing.T, method, content, name string, flags ...Flag) (replaced []string, written string) {
	t.Helper()
	dir := t.TempDir()
	path, picture := filepath.Join(dir, "data.csv"), filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := Read(t.Context(), path, "")
	if err != nil {
		t.Fatal(err)
	}
	m, err := MethodOf(method)
	if err != nil {
		t.Fatal(err)
	}
	call, err := Prepare(m, file, flags)
	if err != nil {
		t.Fatal(err)
	}
	document, err := call.Run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if replaced, err = call.Draw(document, picture); err != nil {
		t.Fatal(err)
	}
	bytes, err := os.ReadFile(picture)
	if err != nil {
		t.Fatal(err)
	}
	return replaced, string(bytes)
}

// A number on a picture is worth nothing to whoever is not told what it stands for.
func TestNamesTheBitmapCannotWriteAreTold(t *testing.T) {
	const villages = "天数,办结,村\n1,1,乙\n2,0,乙\n3,1,甲\n4,1,甲\n"
	columns := []Flag{{"time", "天数"}, {"event", "办结"}, {"group", "村"}}
	told, _ := drawn(t, "kaplan_meier_logrank", villages, "a.png", columns...)
	if want := []string{"#1 = 乙", "#2 = 甲", "天数"}; !slices.Equal(told, want) {
		t.Errorf("the bitmap tells %q, want %q", told, want)
	}
	told, svg := drawn(t, "kaplan_meier_logrank", villages, "a.svg", columns...)
	if len(told) > 0 || !strings.Contains(svg, "甲") {
		t.Errorf("the SVG lacks names; it tells %q", told)
	}
	if told, _ := drawn(t, "xmr", "period,value\n2017年1月,3\n2017年2月,4\n2017年10月5日,6\n", "a.png"); len(told) > 0 {
		t.Errorf("dates are replaced: %q", told)
	}
}

// Where every unit has the same rate of 0 or 1 there are no limits, but the units are there all the same.
func TestAFunnelWithoutLimitsShowsItsUnits(t *testing.T) {
	_, all := drawn(t, "funnel", "unit,events,total\na,5,5\nb,7,7\nc,3,3\n", "a.svg")
	if n := strings.Count(all, "#0072B2"); n < 3 {
		t.Errorf("%d points are drawn, want 3", n)
	}
	if strings.Contains(all, "95%") {
		t.Error("limits are drawn where there are none")
	}
}
