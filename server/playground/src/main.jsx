import './workers.js'
import { GraphiQL } from 'graphiql'
import { createRoot } from 'react-dom/client'
import { fetcher } from './fetcher.js'
import { opening } from './queries.js'

// The editors' texts live as long as the browser's tab; headers, and with them the token, only as long as the page.
// Hence no history plugin: it stores the headers of every request, whatever shouldPersistHeaders says.
createRoot(document.getElementById('playground')).render(
  <GraphiQL
    fetcher={fetcher}
    storage={sessionStorage}
    shouldPersistHeaders={false}
    plugins={[]}
    {...opening(location.pathname)}
  >
    <GraphiQL.Logo>Trackers</GraphiQL.Logo>
  </GraphiQL>,
)
