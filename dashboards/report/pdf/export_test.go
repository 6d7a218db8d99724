package pdf

import "hulian/dashboards/typeface"

func songFace() *typeface.Face { return typeface.Song() }
