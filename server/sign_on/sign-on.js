// The page for single sign-on. It keeps the secret of a sign-on in this tab's session storage while the browser is at the
// provider, and completes it with the token that the browser brings back in the URL's fragment. The session and the token of
// the device go to where the playground keeps its own.

const SECRET = "trackers:sign-on";
const SESSION = "trackers:session";
const DEVICE = "trackers:device";
const LAST_MEMBER = "trackers:last";
const RENEW_BEFORE_EXPIRY = 120_000; // milliseconds

const BEGIN = `mutation ($input: BeginSignOnInput!) {
  beginSignOn(input: $input) { url secret errors { message } }
}`;
const COMPLETE = `mutation ($input: CompleteSignOnInput!) {
  completeSignOn(input: $input) {
    session {
      accessToken accessTokenExpiresAt refreshToken deviceToken
      viewer { member { id name email } organisation { name } }
    }
    errors { message }
  }
}`;
const UNREACHABLE = "The server did not answer as it should. Try again in a moment.";
const EXPIRED = "This sign-on has expired, or was completed already. Start again.";

const byId = (id) => document.getElementById(id);

function show(section) {
  for (const id of ["begin", "wait", "done"]) byId(id).hidden = id !== section;
  byId(section).querySelector("input, h1").focus();
}

function showForm(message = "") {
  byId("alert").textContent = message;
  byId("alert").hidden = !message;
  show("begin");
}

async function request(query, input) {
  const response = await fetch("graphql", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ query, variables: { input } }),
    credentials: "omit",
  });
  const { data, errors } = await response.json();
  const [payload] = Object.values(data ?? {});
  return payload ?? { errors };
}

const describe = (errors) => errors.map(({ message }) => message).join(" ");

async function begin() {
  const { url, secret, errors } = await request(BEGIN, { email: byId("email").value.trim() });
  if (!url) return showForm(describe(errors));
  sessionStorage.setItem(SECRET, secret);
  location.assign(url);
}

async function complete(token) {
  const secret = sessionStorage.getItem(SECRET) ?? "";
  sessionStorage.removeItem(SECRET);
  const { session, errors } = await request(COMPLETE, {
    token,
    secret,
    deviceToken: localStorage.getItem(DEVICE),
  });
  if (!session) return showForm(describe(errors));
  keep(session);
  const { member, organisation } = session.viewer;
  byId("whose").textContent = `You can use the trackers of ${organisation.name} as ${member.email}.`;
  show("done");
}

function keep({ accessToken, accessTokenExpiresAt, refreshToken, deviceToken, viewer: { member, organisation } }) {
  const due = Date.parse(accessTokenExpiresAt) - RENEW_BEFORE_EXPIRY;
  // Another member's texts must not appear in the playground's editors.
  if (sessionStorage.getItem(LAST_MEMBER) !== member.id) sessionStorage.clear();
  sessionStorage.setItem(LAST_MEMBER, member.id);
  localStorage.setItem(DEVICE, deviceToken);
  sessionStorage.setItem(SESSION, JSON.stringify({ accessToken, refreshToken, due, member, organisation }));
}

byId("begin").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = byId("begin").querySelector("button");
  if (button.disabled) return;
  button.disabled = true;
  await begin().catch(() => showForm(UNREACHABLE));
  button.disabled = false;
});

function start() {
  const fragment = new URLSearchParams(location.hash.slice(1));
  history.replaceState(null, "", location.pathname + location.search);
  if (!fragment.has("token")) return showForm(fragment.has("error") ? EXPIRED : "");
  show("wait");
  complete(fragment.get("token")).catch(() => showForm(UNREACHABLE));
}

addEventListener("hashchange", () => location.hash && start());
start();
