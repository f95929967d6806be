// The page to which invitations and password resets link. The token is in the URL's fragment, which browsers do not send to
// the server; it is removed from the URL at once and stored only in memory.

const SET_PASSWORD = `mutation ($token: String!, $password: String!, $code: String) {
  setPassword(token: $token, password: $password, code: $code) {
    session { viewer { member { email } organisation { name } } }
    errors { path code message }
  }
}`;
const REQUEST_LINK = "mutation ($email: String!) { requestPasswordReset(email: $email) }";
const UNREACHABLE = "The server did not answer as it should. Try again in a moment.";
const WITHOUT_TOKEN = "You need the link from an e-mail to choose a password. You can request one here.";

const byId = (id) => document.getElementById(id);
let token = "";

function showSection(sectionId) {
  for (const id of ["choose", "done", "ask", "sent"]) byId(id).hidden = id !== sectionId;
}

function showMessage(id, message) {
  byId(id).textContent = message;
  byId(id).hidden = !message;
  const field = byId(id.replace(/-error$/, ""));
  if (field !== byId(id)) field.setAttribute("aria-invalid", String(Boolean(message)));
}

function start() {
  token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
  history.replaceState(null, "", location.pathname + location.search);
  for (const id of ["choose-alert", "password-error", "again-error", "code-error", "ask-alert"]) showMessage(id, "");
  byId("why").textContent = WITHOUT_TOKEN;
  showSection(token ? "choose" : "ask");
  byId(token ? "password" : "email").focus();
}

async function request(query, variables) {
  const response = await fetch("graphql", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ query, variables }),
    credentials: "omit",
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error("request failed");
  return data;
}

function onSubmit(form, alertId, action) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    if (button.disabled) return;
    button.disabled = true;
    showMessage(alertId, "");
    try {
      await action();
    } catch {
      showMessage(alertId, UNREACHABLE);
    } finally {
      button.disabled = false;
    }
  });
}

function showErrors(errors) {
  const invalidToken = errors.find(({ path, code }) => code === "INVALID_CREDENTIALS" && !path.length);
  if (invalidToken) {
    byId("why").textContent = invalidToken.message;
    showSection("ask");
    byId("email").focus();
    return;
  }
  for (const { path, message } of errors) {
    if (path[0] === "code") byId("second-factor").hidden = false;
    showMessage(["password", "code"].includes(path[0]) ? `${path[0]}-error` : "choose-alert", message);
  }
  const wrong = ["password", "code"].find((id) => !byId(`${id}-error`).hidden);
  if (wrong) byId(wrong).focus();
}

onSubmit(byId("choose"), "choose-alert", async () => {
  const password = byId("password").value;
  const isRepeated = password === byId("again").value;
  for (const id of ["password-error", "code-error"]) showMessage(id, "");
  showMessage("again-error", isRepeated ? "" : "The passwords are not the same.");
  if (!isRepeated) return byId("again").focus();
  const { session, errors } = (await request(SET_PASSWORD, { token, password, code: byId("code").value || null })).setPassword;
  if (!session) return showErrors(errors);
  byId("choose").reset();
  token = "";
  const { member, organisation } = session.viewer;
  byId("whose").textContent = `You can sign in to the trackers of ${organisation.name} as ${member.email}.`;
  showSection("done");
  byId("done").querySelector("h1").focus();
});

onSubmit(byId("ask"), "ask-alert", async () => {
  const email = byId("email").value.trim();
  if (!email) return showMessage("ask-alert", "Enter the address that you sign in with.");
  await request(REQUEST_LINK, { email });
  showSection("sent");
  byId("sent").querySelector("h1").focus();
});

addEventListener("hashchange", () => location.hash && start());
start();
