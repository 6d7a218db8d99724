// Package organisation holds the pages of the organisation: posts, meetings, funds and conduct, and the evidence about members that
// may become cadres.
//
// A request enters, a view leaves. Nothing is written, so a crash costs nothing. The page of cadres is for those who may see it; what it
// shows is evidence, never a verdict.
package organisation
