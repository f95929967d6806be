// The page behind the link of an invitation or a password reset. The token stands after the address's #, which no
// browser sends to a server; it is taken out of the address at once and kept here alone.

const SET = `mutation ($token: String!, $password: String!) {
  setPassword(token: $token, password: $password) {
    session { viewer { member { email } organisation { name } } }
    errors { path code message }
  }
}`;
const ASK = "mutation ($email: String!) { requestPasswordReset(email: $email) }";
const UNREACHABLE = "The server did not answer as it should. Try again in a moment.";
const WITHOUT_TOKEN = "A link to choose a password comes by mail. This address has none; you can ask for one here.";

const at = (id) => document.getElementById(id);
let token = "";

function show(shown) {
  for (const id of ["choose", "done", "ask", "sent"]) at(id).hidden = id !== shown;
}

function tell(id, message) {
  at(id).textContent = message;
  at(id).hidden = !message;
  const field = at(id.replace(/-error$/, ""));
  if (field !== at(id)) field.setAttribute("aria-invalid", String(Boolean(message)));
}

function begin() {
  token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
  history.replaceState(null, "", location.pathname + location.search);
  for (const id of ["choose-alert", "password-error", "again-error", "ask-alert"]) tell(id, "");
  at("why").textContent = WITHOUT_TOKEN;
  show(token ? "choose" : "ask");
  at(token ? "password" : "email").focus();
}

async function request(query, variables) {
  const answer = await fetch("graphql", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ query, variables }),
    credentials: "omit",
  });
  const { data, errors } = await answer.json();
  if (errors) throw new Error("refused");
  return data;
}

function whileBusy(form, alert, work) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    if (button.disabled) return;
    button.disabled = true;
    tell(alert, "");
    try {
      await work();
    } catch {
      tell(alert, UNREACHABLE);
    } finally {
      button.disabled = false;
    }
  });
}

function refuse(errors) {
  const dead = errors.find(({ code }) => code === "INVALID_CREDENTIALS");
  if (dead) {
    at("why").textContent = dead.message;
    show("ask");
    at("email").focus();
    return;
  }
  for (const { path, message } of errors) {
    tell(path[0] === "password" ? "password-error" : "choose-alert", message);
  }
  if (!at("password-error").hidden) at("password").focus();
}

whileBusy(at("choose"), "choose-alert", async () => {
  const password = at("password").value;
  const same = password === at("again").value;
  tell("password-error", "");
  tell("again-error", same ? "" : "This is not the same password.");
  if (!same) return at("again").focus();
  const { session, errors } = (await request(SET, { token, password })).setPassword;
  if (!session) return refuse(errors);
  at("choose").reset();
  token = "";
  const { member, organisation } = session.viewer;
  at("whose").textContent = `You can sign in to the trackers of ${organisation.name} as ${member.email}.`;
  show("done");
  at("done").querySelector("h1").focus();
});

whileBusy(at("ask"), "ask-alert", async () => {
  const email = at("email").value.trim();
  if (!email) return tell("ask-alert", "Enter the address that you sign in with.");
  await request(ASK, { email });
  show("sent");
  at("sent").querySelector("h1").focus();
});

addEventListener("hashchange", () => location.hash && begin());
begin();
