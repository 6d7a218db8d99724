package analyze

import (
	"go/ast"
	"go/parser"
	"go/token"
	"math"
)

// arithmetic works out what cases and books write in place of a number: 3/1.128, 3/(2/sqrt(pi)), 1-0.05/12. It knows
// + − × ÷, brackets, sqrt and pi; ok is false for anything else and for what is not finite.
func arithmetic(text string) (value float64, ok bool) {
	return arithmeticOf(text, func(string) (float64, bool) { return 0, false })
}

// arithmeticOf does the same where words stand for numbers, as the columns of a row do in events/population*100000.
func arithmeticOf(text string, word func(name string) (float64, bool)) (value float64, ok bool) {
	expr, err := parser.ParseExpr(text)
	if err != nil {
		return 0, false
	}
	value, ok = evaluate(expr, word)
	return value, ok && !math.IsNaN(value) && !math.IsInf(value, 0)
}

func evaluate(expr ast.Expr, word func(name string) (float64, bool)) (float64, bool) {
	switch e := expr.(type) {
	case *ast.BasicLit:
		return parseNumber(e.Value)
	case *ast.Ident:
		if v, ok := word(e.Name); ok {
			return v, true
		}
		return math.Pi, e.Name == "pi"
	case *ast.ParenExpr:
		return evaluate(e.X, word)
	case *ast.UnaryExpr:
		x, ok := evaluate(e.X, word)
		return -x, ok && e.Op == token.SUB
	case *ast.CallExpr:
		name, isName := e.Fun.(*ast.Ident)
		if !isName || name.Name != "sqrt" || len(e.Args) != 1 {
			return 0, false
		}
		x, ok := evaluate(e.Args[0], word)
		return math.Sqrt(x), ok
	case *ast.BinaryExpr:
		x, okX := evaluate(e.X, word)
		y, okY := evaluate(e.Y, word)
		switch e.Op {
		case token.ADD:
			return x + y, okX && okY
		case token.SUB:
			return x - y, okX && okY
		case token.MUL:
			return x * y, okX && okY
		case token.QUO:
			return x / y, okX && okY
		default: // Go's other operators are no arithmetic of a formula
			return 0, false
		}
	}
	return 0, false
}
