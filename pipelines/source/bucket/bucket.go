package bucket

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"hulian/pipelines"
	"hulian/pipelines/source"
	"hulian/pipelines/source/secret"
	"hulian/pipelines/source/transfer"
)

// Config is what lies below one prefix of one bucket.
type Config struct {
	Address  string   `yaml:"address"` // of the store: https://store.town.example:9000
	Bucket   string   `yaml:"bucket"`
	Prefix   string   `yaml:"prefix"`   // empty: the whole bucket
	Patterns []string `yaml:"patterns"` // as of the folder source; none: all objects
	Region   string   `yaml:"region"`   // empty: the store is asked

	AccessKey    secret.Reference `yaml:"access_key"` // without keys the bucket must be public
	SecretKey    secret.Reference `yaml:"secret_key"`
	SessionToken secret.Reference `yaml:"session_token"`
	PathStyle    bool             `yaml:"path_style"` // the bucket stands in the path, not in the host's name
	CA           string           `yaml:"ca"`         // PEM file of certificate authorities trusted instead of the system's

	Limits transfer.Limits `yaml:"limits"`
}

func (c Config) check() (*url.URL, error) {
	u, err := url.Parse(c.Address)
	switch {
	case err != nil:
		return nil, errors.New("address: it cannot be read") // it may hold a password: not repeated
	case u.User != nil:
		return nil, errors.New("address: keys belong into access_key and secret_key")
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "":
		return nil, pipelines.Errorf("address: %q is not https:// or http:// and a host alone", c.Address)
	case c.Bucket == "":
		return nil, errors.New("bucket: it must be given")
	case (c.AccessKey == "") != (c.SecretKey == ""):
		return nil, errors.New("access_key and secret_key go together")
	}
	for name, reference := range map[string]secret.Reference{
		"access_key": c.AccessKey, "secret_key": c.SecretKey, "session_token": c.SessionToken,
	} {
		if err := reference.Check(); err != nil {
			return nil, pipelines.Errorf("%s: %w", name, err)
		}
	}
	return u, errors.Join(source.CheckPatterns(c.Patterns), c.Limits.Check())
}

type bucket struct {
	name      string
	config    Config
	address   *url.URL
	transport http.RoundTripper
	memory    source.Memory
}

// New makes a source of a configuration. Objects whose ETag memory holds are not offered; nil remembers nothing.
func New(name string, c Config, memory source.Memory) (source.Source, error) {
	u, err := c.check()
	if err != nil {
		return nil, err
	}
	transport, err := transfer.Transport(c.CA)
	if err != nil {
		return nil, err
	}
	return &bucket{name: name, config: c, address: u, transport: transport, memory: memory}, nil
}

func (b *bucket) Name() string { return b.name }

// at is where an object is found, for people.
func (b *bucket) at(key string) string {
	return strings.TrimRight(b.config.Address, "/") + "/" + b.config.Bucket + "/" + key
}

// client reads the keys anew.
func (b *bucket) client() (*minio.Core, []secret.Value, error) {
	access, accessErr := b.config.AccessKey.Read()
	key, keyErr := b.config.SecretKey.Read()
	token, tokenErr := b.config.SessionToken.Read()
	values := []secret.Value{access, key, token}
	if err := errors.Join(accessErr, keyErr, tokenErr); err != nil {
		return nil, values, transfer.Permanent(err)
	}
	options := &minio.Options{
		Creds:  credentials.NewStaticV4(access.Reveal(), key.Reveal(), token.Reveal()),
		Secure: b.address.Scheme == "https", Transport: b.transport, Region: b.config.Region,
		MaxRetries: 1, // trying again, and for how long, is decided in one place
	}
	if b.config.PathStyle {
		options.BucketLookup = minio.BucketLookupPath
	}
	client, err := minio.NewCore(b.address.Host, options)
	if err != nil {
		return nil, values, transfer.Permanent(err)
	}
	return client, values, nil
}

func (b *bucket) Items(ctx context.Context) iter.Seq2[source.Item, error] {
	return func(yield func(source.Item, error) bool) {
		objects, err := b.list(ctx)
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			yield(source.Item{}, b.fault("read bucket", b.config.Prefix, err))
			return
		}
		for _, object := range objects {
			if ctx.Err() != nil {
				yield(source.Item{}, ctx.Err())
				return
			}
			if !yield(b.item(object), nil) {
				return
			}
		}
	}
}

// relative is the key without the folder part of the prefix.
func (b *bucket) relative(key string) string {
	return strings.TrimPrefix(key, b.config.Prefix[:strings.LastIndex(b.config.Prefix, "/")+1])
}

func (b *bucket) list(ctx context.Context) ([]minio.ObjectInfo, error) {
	found, err := transfer.Do(ctx, b.config.Limits, func(ctx context.Context, alive func()) (found []minio.ObjectInfo, err error) {
		client, values, err := b.client()
		if err != nil {
			return nil, err
		}
		for object := range client.ListObjectsIter(ctx, b.config.Bucket, minio.ListObjectsOptions{Prefix: b.config.Prefix, Recursive: true}) {
			if object.Err != nil {
				return nil, judge(object.Err, values)
			}
			alive()
			name := b.relative(object.Key)
			if strings.HasSuffix(name, "/") || slices.ContainsFunc(strings.Split(name, "/"), source.PassedOver) || !source.Wanted(b.config.Patterns, name) {
				continue
			}
			if b.memory == nil || b.memory.Landed(b.at(object.Key)) != version(object) {
				found = append(found, object)
			}
		}
		return found, ctx.Err()
	})
	slices.SortFunc(found, func(a, b minio.ObjectInfo) int {
		return cmp.Or(a.LastModified.Compare(b.LastModified), strings.Compare(a.Key, b.Key))
	})
	return found, err
}

func version(object minio.ObjectInfo) string {
	return cmp.Or(object.ETag, fmt.Sprintf("%d bytes, changed %s", object.Size, object.LastModified.UTC()))
}

func (b *bucket) item(object minio.ObjectInfo) source.Item {
	return source.Item{
		Name: strings.TrimPrefix(path.Clean("/"+b.relative(object.Key)), "/"), Origin: b.at(object.Key),
		ModTime: object.LastModified, Size: object.Size, Version: version(object),
		Open: func(ctx context.Context) (io.ReadCloser, error) {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			return transfer.Open(ctx, b.config.Limits, transfer.Content{
				Size:  object.Size,
				Fault: func(err error) error { return b.fault("fetch", object.Key, err) },
				Open: func(ctx context.Context, offset int64) (io.ReadCloser, int64, error) {
					return b.open(ctx, object, offset)
				},
			})
		},
	}
}

func (b *bucket) open(ctx context.Context, object minio.ObjectInfo, offset int64) (io.ReadCloser, int64, error) {
	client, values, err := b.client()
	if err != nil {
		return nil, 0, err
	}
	var options minio.GetObjectOptions
	if object.ETag != "" {
		if err := options.SetMatchETag(object.ETag); err != nil {
			return nil, 0, err
		}
	}
	if offset > 0 && offset < object.Size {
		if err := options.SetRange(offset, 0); err != nil {
			return nil, 0, err
		}
	}
	body, now, header, err := client.GetObject(ctx, b.config.Bucket, object.Key, options)
	if err != nil {
		return nil, 0, judge(err, values)
	}
	if object.ETag != "" && now.ETag != object.ETag {
		body.Close()
		return nil, 0, source.ErrChanged
	}
	if header.Get("Content-Range") == "" {
		offset = 0 // the store cannot begin elsewhere
	}
	return body, offset, nil
}

// judge says which errors are for good.
func judge(err error, values []secret.Value) error {
	var with *url.Error
	if errors.As(err, &with) {
		err = with.Err
	}
	err = secret.Redact(err, values...)
	var said minio.ErrorResponse
	if !errors.As(err, &said) {
		return err
	}
	switch code := said.StatusCode; {
	case code == http.StatusPreconditionFailed, said.Code == "NoSuchKey":
		return pipelines.Errorf("%w: %w", source.ErrChanged, err)
	case code == http.StatusRequestTimeout, code == http.StatusTooManyRequests, said.Code == "SlowDown", code >= 500, code < 400:
		return err
	}
	return transfer.Permanent(err)
}

func (b *bucket) fault(op, key string, err error) error {
	next := "check that the store can be reached from here; the next run tries again"
	var said minio.ErrorResponse
	switch {
	case errors.Is(err, secret.ErrUnread):
		next = secret.Advice
	case errors.Is(err, source.ErrChanged):
		next = "it is taken with the next run"
	case errors.Is(err, transfer.ErrTooLarge):
		next = "raise max_size under limits if the object is meant to be this large"
	case !errors.As(err, &said):
	case said.Code == "NoSuchBucket":
		next = "check the name of the bucket"
	case said.Code == "RequestTimeTooSkewed":
		next = "set this machine's clock: the store refuses requests with another time"
	case said.StatusCode == http.StatusForbidden || said.StatusCode == http.StatusUnauthorized:
		next = "check access_key and secret_key, and that they may list the bucket and read its objects"
	}
	return &pipelines.Fault{Op: op, At: b.at(key), Err: err, Next: next}
}
