// An OpenID Connect provider on a free port of 127.0.0.1, which prints its address. Tests say by /test/… which accounts there
// are and who signs in next; all that an application sees is oidc-provider's own.
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const accounts = {};
let nextLogin = null;

const server = createServer();
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "groups"] },
  // What `email` asks for is in the ID token, unless tests want it at the endpoint for claims.
  conformIdTokenClaims: process.env.CLAIMS_IN_USERINFO === "1",
  cookies: { keys: ["for tests"] },
  features: {
    devInteractions: { enabled: false },
    registration: { enabled: true },
    backchannelLogout: { enabled: true },
  },
  // Without the dispatcher that refuses addresses of this machine, where the application is.
  fetch: (url, { dispatcher, ...options }) => fetch(url, options),
  findAccount: async (_context, id) =>
    accounts[id] && { accountId: id, claims: async () => ({ sub: id, ...accounts[id] }) },
  interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
  issueRefreshToken: async (_context, client) => client.grantTypeAllowed("refresh_token"),
  // Everybody has agreed to everything.
  loadExistingGrant: async ({ oidc }) => {
    const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
    grant.addOIDCScope("openid email profile offline_access");
    await grant.save();
    return grant;
  },
  pkce: { required: () => true },
  ttl: { AccessToken: 600, IdToken: 600, RefreshToken: 86400, Session: 86400, Grant: 86400, Interaction: 600 },
});

const commands = {
  account: ({ id, claims }) => {
    if (claims) accounts[id] = claims;
    else delete accounts[id];
  },
  login: ({ id }) => {
    nextLogin = id;
  },
  logout: async ({ client, id, sid }) => (await provider.Client.find(client)).backchannelLogout(id, sid),
};

async function readJson(request) {
  let body = "";
  for await (const chunk of request) body += chunk;
  return JSON.parse(body);
}

const answer = provider.callback();
server.on("request", async (request, response) => {
  const [, folder, name] = request.url.split("?")[0].split("/");
  if (folder === "interaction") {
    const result = nextLogin
      ? { login: { accountId: nextLogin } }
      : { error: "access_denied", error_description: "The person has cancelled." };
    await provider.interactionFinished(request, response, result);
  } else if (folder === "test") {
    const sent = await commands[name](await readJson(request));
    response.end(JSON.stringify(sent ?? null));
  } else {
    answer(request, response);
  }
});
console.log(issuer);
