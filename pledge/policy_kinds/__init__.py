"""One file is one kind of policy and lists what its tables may say; each offers ``POLICY_KIND``."""
