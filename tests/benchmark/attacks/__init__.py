"""What a member notices while one client attacks with a thousand connections, of strangers or of another member."""
