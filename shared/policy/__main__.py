"""`python -m shared.policy VECTORS.json --version …`: seal the catalogue anew."""

from shared.policy.sealing import main

raise SystemExit(main())
