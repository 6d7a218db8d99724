package personal

import (
	"slices"
	"strconv"
	"time"
)

// weights of the digits of an identity number, and its last digit by the sum modulo 11: GB 11643-1999 after ISO 7064, MOD 11-2.
var weights = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

const lastDigits = "10X98765432"

// numbered is the first year from which a number without its check digit is taken for something else: region, day and serial is
// how work orders and households are numbered too. Of persons born before, a slip of the pen in one digit still tells who it is.
const numbered = 2000

// isLongID reports whether eighteen characters are an identity number: of a province, with a day of birth, and with the check digit or of
// somebody born long ago.
func isLongID(number string) bool {
	if len(number) != 18 || !ofProvince(number) {
		return false
	}
	born, err := time.Parse("20060102", number[6:14])
	if err != nil || born.Year() < 1900 || born.Year() >= 2100 {
		return false
	}
	return born.Year() < numbered || checked(number)
}

// checked reports whether the last character is that which the others ask for.
func checked(number string) bool {
	sum := 0
	for i, weight := range weights {
		sum += int(number[i]-'0') * weight
	}
	last := number[17]
	if last == 'x' {
		last = 'X'
	}
	return lastDigits[sum%11] == last
}

// provinces are the first two digits of the regions of GB/T 2260, and of residence permits.
var provinces = []int{11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54, 61, 62, 63, 64, 65, 71, 81, 82, 83, 91}

func ofProvince(number string) bool {
	province, err := strconv.Atoi(number[:2])
	return err == nil && slices.Contains(provinces, province)
}

// isBankCard reports whether sixteen to nineteen digits end with the check digit of ISO/IEC 7812-1, Annex B (Luhn).
func isBankCard(number string) bool {
	if len(number) < 16 || len(number) > 19 {
		return false
	}
	sum := 0
	for i := range len(number) {
		n := int(number[len(number)-1-i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}
