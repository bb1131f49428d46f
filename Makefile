# `make run` to try it, `make test` to check it. Both set up what is missing.

SHELL := bash
HUB := -p tauri-plugin-realtime-hub --no-default-features --features sqlite,phone

.PHONY: run test proof lint bench setup js types clean

run: js
	@scripts/run.sh

test: js
	@scripts/test.sh

# The long checks with full counts; what they found is kept in docs/proof/.
proof: js
	@scripts/proof.sh

# Formatting, lints with and without Tauri, documentation, TypeScript.
lint: js
	cargo fmt --all --check
	cargo clippy --quiet $(HUB),test-util --all-targets -- -D warnings
	cargo clippy --quiet -p tauri-plugin-realtime-hub --no-default-features --lib -- -D warnings
	npm run build -w examples/desktop
	cargo clippy --quiet --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --quiet --no-deps -p tauri-plugin-realtime-hub
	npm run lint

# Against a raw pseudo-terminal and a server in Node; fails below what is promised.
bench: js
	cargo build --quiet --release $(HUB),test-util --example headless
	cargo bench --quiet $(HUB),test-util --bench terminals

# Writes the TypeScript of the wire types.
types:
	UPDATE_TYPES=1 cargo test --quiet $(HUB) --lib protocol::typescript

setup:
	@scripts/setup.sh

# The packages and the phone's page, which the hub carries.
js: setup
	npm run build

clean:
	cargo clean
	rm -rf node_modules guest-js/dist-js phone/dist examples/desktop/dist
