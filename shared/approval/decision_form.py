"""What a second person sends who decides about a proposal."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class DecisionIn(BaseModel):
    """The second person's decision about the version that they were shown."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    version: Annotated[int, Field(ge=1)] = 1
    reject: bool = False
