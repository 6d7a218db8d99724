package personal

import "testing"

func TestAddressesAreFound(t *testing.T) {
	for _, text := range []string{
		"李家村3组12号", "李家村三组十二号", "住在李家村第三村民小组塘下12号", "李家村塘下12号", "王庄5队7-1号", "和平社区12号", "人民路25号", "人民路 25 号", "建设街3弄",
		"３幢２单元５０１室", "12号楼501室", "No. 12, Group 3, Lijia Village", "12 号", "25 Renmin Road", "house 12, group 3",
	} {
		want := text != "12 号" && text != "25 Renmin Road" // half an address is told by nothing but its place
		if got := HasAddress(text); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
	for _, text := range []string{
		"", "李家村2018年1月12号开会", "李家村第3号文件", "浙政发〔2018〕12号", "李家村3组共12户", "路灯12号杆", "人民路12号线", "李家村3件，王家村12件", "本村会议定于12号召开",
		"走访3户、12人次", "3号台风", "第12号议题", "李家村3组12号机井", "village 12 of 20",
	} {
		if HasAddress(text) {
			t.Errorf("%q is taken for an address", text)
		}
	}
	if Told("人民路25号，13812345678") != Phone || Told("人民路25号") != Address || Told("人民路") != None {
		t.Error("a number goes before an address")
	}
}

// FuzzAddress: an address is found whatever stands around it.
func FuzzAddress(f *testing.F) {
	f.Add("据反映", "，路灯不亮")
	f.Add("\xff2018年", "文")
	f.Fuzz(func(t *testing.T, before, behind string) {
		for _, address := range []string{"李家村3组12号", "人民路２５号"} {
			if text := before + "，" + address + "，" + behind; !HasAddress(text) {
				t.Errorf("%q: the address is not found", text)
			}
		}
	})
}
