// The page behind the link of an invitation or a password reset. The token is in the URL's fragment, which browsers do
// not send to the server; it is removed from the URL at once and kept only in memory.

const SET = `mutation ($token: String!, $password: String!) {
  setPassword(token: $token, password: $password) {
    session { viewer { member { email } organisation { name } } }
    errors { path code message }
  }
}`;
const ASK = "mutation ($email: String!) { requestPasswordReset(email: $email) }";
const UNREACHABLE = "The server did not answer as it should. Try again in a moment.";
const WITHOUT_TOKEN = "You choose a password by a link in an e-mail. This address has no such link; you can request one here.";

const byId = (id) => document.getElementById(id);
let token = "";

function show(shown) {
  for (const id of ["choose", "done", "ask", "sent"]) byId(id).hidden = id !== shown;
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
  for (const id of ["choose-alert", "password-error", "again-error", "ask-alert"]) showMessage(id, "");
  byId("why").textContent = WITHOUT_TOKEN;
  show(token ? "choose" : "ask");
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

function whileBusy(form, alert, work) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    if (button.disabled) return;
    button.disabled = true;
    showMessage(alert, "");
    try {
      await work();
    } catch {
      showMessage(alert, UNREACHABLE);
    } finally {
      button.disabled = false;
    }
  });
}

function showErrors(errors) {
  const invalidToken = errors.find(({ code }) => code === "INVALID_CREDENTIALS");
  if (invalidToken) {
    byId("why").textContent = invalidToken.message;
    show("ask");
    byId("email").focus();
    return;
  }
  for (const { path, message } of errors) {
    showMessage(path[0] === "password" ? "password-error" : "choose-alert", message);
  }
  if (!byId("password-error").hidden) byId("password").focus();
}

whileBusy(byId("choose"), "choose-alert", async () => {
  const password = byId("password").value;
  const same = password === byId("again").value;
  showMessage("password-error", "");
  showMessage("again-error", same ? "" : "The passwords are not the same.");
  if (!same) return byId("again").focus();
  const { session, errors } = (await request(SET, { token, password })).setPassword;
  if (!session) return showErrors(errors);
  byId("choose").reset();
  token = "";
  const { member, organisation } = session.viewer;
  byId("whose").textContent = `You can sign in to the trackers of ${organisation.name} as ${member.email}.`;
  show("done");
  byId("done").querySelector("h1").focus();
});

whileBusy(byId("ask"), "ask-alert", async () => {
  const email = byId("email").value.trim();
  if (!email) return showMessage("ask-alert", "Enter the address that you sign in with.");
  await request(ASK, { email });
  show("sent");
  byId("sent").querySelector("h1").focus();
});

addEventListener("hashchange", () => location.hash && start());
start();
