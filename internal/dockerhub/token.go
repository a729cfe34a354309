package dockerhub

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// serveToken hands out a token, to the anonymous too: by GET with basic
// authentication, as most clients ask, or by POST as OAuth 2 has it. It returns the
// user who asked, right or wrong.
func (h *Hub) serveToken(w http.ResponseWriter, r *http.Request) (user string) {
	user, password, given := r.BasicAuth()
	if r.Method == http.MethodPost {
		user, password, given = r.PostFormValue("username"), r.PostFormValue("password"), true
	}
	if given && !h.signsIn(user, password) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte(`{"details":"incorrect username or password"}` + "\n"))
		return user
	}
	h.hand(w, user)
	return user
}

func (h *Hub) signsIn(user, password string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	a := h.accounts[user]
	return a != nil && subtle.ConstantTimeCompare([]byte(a.Password), []byte(password)) == 1
}

// hand writes a new token, a random text. As at Docker Hub there is no refresh token,
// which docker login would store in place of the password.
func (h *Hub) hand(w http.ResponseWriter, user string) {
	token := rand.Text()
	h.mu.Lock()
	h.tokens[token] = user
	h.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"token": token, "access_token": token, "expires_in": 300, "issued_at": time.Now().UTC().Format(time.RFC3339),
	})
}

// granted is the user that a request's token was given to.
func (h *Hub) granted(r *http.Request) (user string, known bool) {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	h.mu.Lock()
	defer h.mu.Unlock()
	user, known = h.tokens[token]
	return user, ok && known
}
