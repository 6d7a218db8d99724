package analyze

import (
	"encoding/json"

	"hulian/pipelines"
	"hulian/queries/stats/synthetic"
)

// predictors reads the option of that name: {"units": [donors], "rows": [[name, v, treated, [donors]]]}, where the donors of a
// row are a list or follow one by one.
func (c *Call) predictors() (*synthetic.Predictors, error) {
	text := c.options["predictors"]
	if text == "" {
		return nil, nil
	}
	var given struct {
		Units []string            `json:"units"`
		Rows  [][]json.RawMessage `json:"rows"`
	}
	if err := json.Unmarshal([]byte(text), &given); err != nil {
		return nil, c.badPredictors(err)
	}
	if len(given.Units) == 0 || len(given.Rows) == 0 {
		return nil, c.badPredictors(pipelines.Errorf("there are %d units and %d rows", len(given.Units), len(given.Rows)))
	}
	p := &synthetic.Predictors{Units: given.Units}
	for i, row := range given.Rows {
		var name string
		var numbers []float64
		for j, raw := range row {
			var value float64
			var list []float64
			switch {
			case j == 0 && json.Unmarshal(raw, &name) == nil:
			case string(raw) != "null" && json.Unmarshal(raw, &value) == nil:
				numbers = append(numbers, value)
			case string(raw) != "null" && json.Unmarshal(raw, &list) == nil:
				numbers = append(numbers, list...)
			default:
				return nil, c.badPredictors(pipelines.Errorf("row %d: %s is no number", i+1, raw))
			}
		}
		if len(numbers) != 2+len(given.Units) {
			return nil, c.badPredictors(pipelines.Errorf("row %d has %d numbers, and v, the treated unit and %d donors make %d", i+1, len(numbers), len(given.Units), 2+len(given.Units)))
		}
		if numbers[0] < 0 {
			return nil, c.badPredictors(pipelines.Errorf("row %d: v is %v, below 0", i+1, numbers[0]))
		}
		p.Names, p.V, p.Treated, p.X = append(p.Names, name), append(p.V, numbers[0]), append(p.Treated, numbers[1]), append(p.X, numbers[2:])
	}
	return p, nil
}

func (c *Call) badPredictors(err error) error {
	return Usage{&pipelines.Fault{Op: "read the predictors", At: "--predictors", Err: err, Next: `write {"units": ["A", "B"], "rows": [["income", 0.5, 12, 10, 14]]}`}}
}

func (c *Call) noTreated() error {
	return &pipelines.Fault{Op: "find the treated units", At: c.Frame.Name, Err: pipelines.Errorf("no column says who is treated, and no option names a unit"), Next: "--treated with a column of 1 and 0 or the name of a unit, or --first_treat with a column of first periods"}
}
