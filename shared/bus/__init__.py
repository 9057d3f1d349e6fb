"""The bus: topology, broker, CloudEvents, retries and dead letters, questions. `shared.bus.link.Bus` is all a service needs of it."""
