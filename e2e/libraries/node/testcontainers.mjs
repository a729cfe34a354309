#!/usr/bin/env node
// Starts a container with Testcontainers for Node, as a test does.
import { GenericContainer, Wait } from "testcontainers";

try {
	const container = await new GenericContainer(process.argv[2])
		.withNetworkMode("none")
		.withCommand(["/busybox", "true"])
		.withWaitStrategy(Wait.forOneShotStartup())
		.start();
	await container.stop();
} catch (error) {
	console.error(String(error));
	process.exit(1);
}
