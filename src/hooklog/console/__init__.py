"""The console: its built files, and signing in to it. The TypeScript source is in `web/`."""
