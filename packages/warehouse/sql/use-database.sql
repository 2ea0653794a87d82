-- Sticks to the connection. In the process only: over HTTP each request names its database.
USE {database:Identifier}
