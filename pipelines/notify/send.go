package notify

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	netmail "net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail"

	"hulian/pipelines"
	"hulian/pipelines/source/secret"
	"hulian/pipelines/source/transfer"
)

// send hands one notice to one channel. No error shows a secret.
func send(ctx context.Context, c Channel, n pipelines.Notice, now time.Time) error {
	if c.Webhook != nil {
		return c.Webhook.post(ctx, n, now)
	}
	return c.Mail.send(ctx, n)
}

// body is a notice in the form the other side takes. The texts are sent as text, never as markup: names of files come
// from outside.
func (w Webhook) body(n pipelines.Notice) ([]byte, error) {
	plain := n.Title + "\n" + n.Text
	switch w.Kind {
	case WeCom: // developer.work.weixin.qq.com/document/path/91770: text, at most 2,048 bytes
		return json.Marshal(map[string]any{"msgtype": "text", "text": map[string]string{"content": bytesOf(plain, 2048)}})
	case DingTalk: // open.dingtalk.com, custom robots: text
		return json.Marshal(map[string]any{"msgtype": "text", "text": map[string]string{"content": bytesOf(plain, 18000)}})
	default:
		return json.Marshal(map[string]any{"id": n.ID, "event": n.Event, "subject": n.Subject, "title": n.Title, "text": n.Text, "created_at": n.CreatedAt})
	}
}

// bytesOf cuts a text to a number of bytes without cutting a character.
func bytesOf(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	const more = "…"
	return strings.ToValidUTF8(text[:limit-len(more)], "") + more
}

func (w Webhook) post(ctx context.Context, n pipelines.Notice, now time.Time) (err error) {
	var hidden []secret.Value
	defer func() { err = secret.Redact(err, hidden...) }()
	read := func(reference secret.Reference) (string, error) {
		v, err := reference.Read()
		hidden = append(hidden, v)
		return v.Reveal(), err
	}
	address := w.Address
	if w.referred() {
		if address, err = read(secret.Reference(address)); err != nil {
			return err
		}
	}
	u, err := target(address)
	if err != nil {
		return err
	}
	key, err := read(w.Secret)
	if err != nil {
		return err
	}
	token, err := read(w.Token)
	if err != nil {
		return err
	}
	body, err := w.body(n)
	if err != nil {
		return err
	}
	if w.Kind == DingTalk && key != "" {
		query := u.Query()
		at := strconv.FormatInt(now.UnixMilli(), 10)
		query.Set("timestamp", at)
		query.Set("sign", base64.StdEncoding.EncodeToString(signature(key, []byte(at+"\n"+key))))
		u.RawQuery = query.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return errors.New("address: no request can be made of it")
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	if w.Kind == JSON && key != "" {
		request.Header.Set("X-Hulian-Signature", "sha256="+hex.EncodeToString(signature(key, body)))
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return w.exchange(request)
}

func signature(key string, text []byte) []byte {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write(text)
	return mac.Sum(nil)
}

func (w Webhook) exchange(request *http.Request) error {
	transport, err := transfer.Transport(w.CA)
	if err != nil {
		return err
	}
	defer transport.CloseIdleConnections()
	client := http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return pipelines.Errorf("post to %s: %w", request.URL.Host, wrapped.Err) // the whole address holds a key
	}
	if err != nil {
		return err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	if err != nil {
		return pipelines.Errorf("read the answer of %s: %w", request.URL.Host, err)
	}
	if response.StatusCode/100 != 2 {
		return pipelines.Errorf("%s answers %s", request.URL.Host, response.Status)
	}
	if w.Kind == JSON {
		return nil
	}
	// Both answer 200 to everything and say in the body whether it was taken.
	var answer struct {
		Code *int   `json:"errcode"`
		Text string `json:"errmsg"`
	}
	if err := json.Unmarshal(content, &answer); err != nil || answer.Code == nil {
		return pipelines.Errorf("%s gives an answer that is none of %s", request.URL.Host, w.Kind)
	}
	if *answer.Code != 0 {
		return pipelines.Errorf("%s refuses it: %d %s", request.URL.Host, *answer.Code, cut(answer.Text, 200))
	}
	return nil
}

func (m Mail) send(ctx context.Context, n pipelines.Notice) (err error) {
	password, err := m.Password.Read()
	if err != nil {
		return err
	}
	defer func() { err = secret.Redact(err, password) }()
	message, err := m.message(n)
	if err != nil {
		return err
	}
	host, port, err := net.SplitHostPort(m.Server)
	if err != nil {
		return err
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		return err
	}
	trusted, err := transfer.Authorities(m.CA)
	if err != nil {
		return err
	}
	options := []mail.Option{mail.WithPort(number), mail.WithTimeout(sendLimit), mail.WithTLSConfig(&tls.Config{ServerName: host, RootCAs: trusted})}
	switch cmp.Or(m.TLS, STARTTLS) {
	case TLS:
		options = append(options, mail.WithSSL())
	case STARTTLS:
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory))
	default:
		options = append(options, mail.WithTLSPolicy(mail.NoTLS))
	}
	if m.User != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(m.User), mail.WithPassword(password.Reveal()))
	}
	client, err := mail.NewClient(host, options...)
	if err != nil {
		return err
	}
	return client.DialAndSendWithContext(ctx, message)
}

// message writes a notice as a mail. Its ID is that of the notice, so that one sent twice is known for the same.
func (m Mail) message(n pipelines.Notice) (*mail.Msg, error) {
	message := mail.NewMsg()
	if err := message.From(m.From); err != nil {
		return nil, err
	}
	to := m.To
	if n.To != "" {
		to = []string{n.To}
	}
	if err := message.To(to...); err != nil {
		return nil, err
	}
	from, err := netmail.ParseAddress(m.From)
	if err != nil {
		return nil, err
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	message.SetMessageIDWithValue(n.ID + "@" + domain)
	message.SetDateWithValue(n.CreatedAt)
	message.Subject(n.Title)
	message.SetGenHeader("Auto-Submitted", "auto-generated") // keeps absence notes from answering (RFC 3834)
	message.SetBodyString(mail.TypeTextPlain, n.Text+"\n")
	return message, nil
}
