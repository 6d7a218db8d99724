package api

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"hulian/dashboards/desk"
	"hulian/dashboards/observe"
	"hulian/dashboards/refusal"
	"hulian/dashboards/signin"
	"hulian/dashboards/trail"
	"hulian/dashboards/visitor"
	"hulian/data"
)

// Upload is what was handed in at once.
type Upload struct {
	ID         string       `json:"id"`
	State      string       `json:"state" enum:"proposed,waiting,working,done,refused" doc:"proposed: it waits until a second person accepts it; refused: that person did not"`
	ReceivedAt *time.Time   `json:"received_at"`
	Reason     string       `json:"reason,omitempty" doc:"why a second person refused it"`
	Ahead      int          `json:"ahead" doc:"uploads in line before it"`
	RunID      string       `json:"run_id,omitempty" doc:"the run that took it"`
	Generation int          `json:"generation,omitempty" doc:"of the data that run published"`
	Kept       bool         `json:"kept" doc:"its run failed, and it is tried again"`
	Files      []UploadFile `json:"files" nullable:"false"`

	bare
}

// UploadFile is one file of an upload.
type UploadFile struct {
	Name string `json:"name"`
	ID   string `json:"id" doc:"SHA-256 of its content"`
	Size int64  `json:"size"`
}

// Uploads are what was handed in, newest first.
type Uploads struct {
	Rows []Upload `json:"rows" nullable:"false"`
}

func (u Uploads) table() Table { return tableOf(u.Rows) }

func uploadOf(b desk.Batch) Upload {
	u := Upload{ID: b.ID, State: string(b.State), Reason: b.Reason, Ahead: b.Ahead, RunID: b.Run.ID, Generation: b.Run.Generation, Kept: b.Kept, Files: []UploadFile{}}
	if !b.ReceivedAt.IsZero() {
		u.ReceivedAt = &b.ReceivedAt
	}
	for _, f := range b.Files {
		u.Files = append(u.Files, UploadFile{f.Name, f.ID, f.Size})
	}
	return u
}

// UploadsAsked is a request for uploads.
type UploadsAsked struct {
	Format string `query:"format" enum:"json,csv,arrow,parquet" doc:"the form of the answer; the header Accept says it too"`
	Lang   string `header:"Accept-Language" doc:"zh: errors in Chinese"`
}

// UploadAsked is a request for one upload.
type UploadAsked struct {
	ID   string `path:"id" maxLength:"60" doc:"ID of the upload"`
	Lang string `header:"Accept-Language" doc:"zh: errors in Chinese"`
}

func (a *API) registerUploads() {
	op := operation("list-uploads", http.MethodGet, "/uploads", "Uploads", "What was handed in, as far as the account may see it, newest first. 已上传的文件。")
	huma.Register(a.huma, op, func(ctx context.Context, in *UploadsAsked) (*Answer[Uploads], error) {
		all, err := a.uploads(ctx)
		if err != nil {
			return nil, a.fail(ctx, refusal.Lang(in.Lang), err)
		}
		return &Answer[Uploads]{CacheControl: "private, no-store", Body: Uploads{all}}, nil
	})
	a.document(op, true)
	op = operation("read-upload", http.MethodGet, "/uploads/{id}", "An upload", "How one upload stands. 一次上传的进展。")
	huma.Register(a.huma, op, func(ctx context.Context, in *UploadAsked) (*Answer[Upload], error) {
		all, err := a.uploads(ctx)
		for _, u := range all {
			if u.ID == in.ID {
				return &Answer[Upload]{CacheControl: "private, no-store", Body: u}, nil
			}
		}
		if err == nil {
			err = errBeyond
		}
		return nil, a.fail(ctx, refusal.Lang(in.Lang), err)
	})
	a.registerUpload()
}

// registerUpload makes the route that takes files. It reads them off the line as they arrive, which the library's own way of forms
// does not.
func (a *API) registerUpload() {
	schemas := a.huma.OpenAPI().Components.Schemas
	op := operation("upload", http.MethodPost, "/uploads", "Hand files in", "Takes the files of a form as one upload, which is read in turn. 上传一个或几个文件。")
	op.Errors = nil
	op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"multipart/form-data": {Schema: &huma.Schema{Type: huma.TypeObject, Required: []string{"files"},
		Properties: map[string]*huma.Schema{"files": {Type: huma.TypeArray, MinItems: new(1), Items: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}}}}
	upload := schemas.Schema(reflect.TypeFor[Upload](), true, "Upload")
	op.Responses = map[string]*huma.Response{"202": {Description: "taken; Location is its address", Content: map[string]*huma.MediaType{mediaOf["json"]: {Schema: upload}},
		Headers: map[string]*huma.Param{"Location": {Schema: &huma.Schema{Type: huma.TypeString}}}}}
	refused := schemas.Schema(reflect.TypeFor[refusal.Refusal](), true, "Refusal")
	op.Responses["default"] = &huma.Response{Description: "Error", Content: map[string]*huma.MediaType{refusal.Media: {Schema: refused}}}
	a.huma.OpenAPI().AddOperation(&op)
	a.huma.Adapter().Handle(&op, func(ctx huma.Context) {
		r, w := humago.Unwrap(ctx)
		lang := refusal.Lang(r.Header.Get("Accept-Language"))
		batch, err := a.upload(w, r, lang)
		if err != nil {
			inner := context.WithValue(r.Context(), pathKey{}, "POST "+Root+"/uploads")
			var said *refusal.Refusal
			if !errors.As(a.fail(inner, lang, err), &said) {
				said = refusal.New(lang, http.StatusInternalServerError, "", data.Text{})
			}
			refusal.Write(w, said)
			return
		}
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Location", Root+"/uploads/"+batch.ID)
		w.Header().Set("Content-Type", mediaOf["json"])
		w.WriteHeader(http.StatusAccepted)
		if err := a.huma.Marshal(w, mediaOf["json"], uploadOf(batch)); err != nil {
			observe.Logger(r.Context(), a.Logger).Debug("the sender of an upload has gone", "error", err)
		}
	})
}

// uploads are those of which the visitor may see every file.
func (a *API) uploads(ctx context.Context) ([]Upload, error) {
	v := signin.VisitorOf(ctx)
	if a.Desk == nil || !v.MayAnywhere(visitor.Upload) || !v.OfTown(a.Here()) {
		return nil, errBeyond
	}
	h, err := a.Hold(ctx)
	if err != nil {
		return nil, err
	}
	defer h.Release()
	all := []Upload{}
batches:
	for _, b := range a.Desk.Batches() {
		for _, f := range b.Files {
			if !h.SeesFile(v, f.ID) {
				continue batches
			}
		}
		all = append(all, uploadOf(b))
	}
	return all, nil
}

// upload takes the files of a form.
func (a *API) upload(w http.ResponseWriter, r *http.Request, lang string) (desk.Batch, error) {
	v := signin.VisitorOf(r.Context())
	if a.Desk == nil || !v.MayAnywhere(visitor.Upload) || !v.OfTown(a.Here()) {
		return desk.Batch{}, errBeyond
	}
	most := a.MayUpload(v)
	r.Body = Patient(w, r.Body, most)
	form, err := r.MultipartReader()
	if err != nil {
		return desk.Batch{}, refusal.New(lang, http.StatusUnsupportedMediaType, err.Error(), data.Text{Zh: "请以 multipart/form-data 发送，例如 curl -F files=@文件。", En: "Send a form, such as: curl -F files=@FILE"})
	}
	b, err := a.Desk.Take(form, most, desk.By(v), func(f desk.File) error {
		return a.Record(r.Context(), trail.Uploaded, trail.FileObject(f.Name, f.ID), v.Own(a.Here()), nil)
	})
	switch {
	case desk.TooLarge(err):
		return b, refusal.New(lang, http.StatusRequestEntityTooLarge, err.Error(), data.Text{})
	case desk.SendersFault(err):
		return b, refusal.New(lang, http.StatusBadRequest, err.Error(), data.Text{Zh: "请以 multipart/form-data 发送，例如 curl -F files=@文件。", En: "Send a form, such as: curl -F files=@FILE"})
	}
	if err == nil {
		observe.Logger(r.Context(), a.Logger).Info("files uploaded", "batch", b.ID, "files", len(b.Files), "origin", v.Origin)
	}
	return b, err
}
